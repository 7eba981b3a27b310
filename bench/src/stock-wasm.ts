/**
 * The training steps as one writes them with TensorFlow.js alone on its wasm backend, no Scalewise kernel or operation. A process
 * of its own, because Scalewise replaces kernels: `node stock-wasm.js NAME REPEATS` prints [{name, milliseconds, loss}].
 */
import "@tensorflow/tfjs-backend-wasm"
import { flattenParameters, type FlatParameters, tf } from "@scalewise/nn"
import { measure } from "./measure.ts"
import { mlpStep, transformerStep } from "./steps.ts"

type Dense = { weight: tf.Tensor; bias: tf.Tensor }

/** Rows through a dense layer: x [..., I] gives [..., O]. */
function linear(x: tf.Tensor, { weight, bias }: Dense): tf.Tensor {
  const y = tf.add(tf.matMul(x.reshape([-1, x.shape.at(-1)!]), weight), bias)
  return y.reshape([...x.shape.slice(0, -1), weight.shape[1]!])
}

function layerNorm(x: tf.Tensor, { weight, bias }: Dense): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true)
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-6))), weight), bias)
}

const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))

function attention(qkv: tf.Tensor, heads: number): tf.Tensor {
  const [batch, length, joint] = qkv.shape as [number, number, number]
  const width = joint / 3
  const split = tf.transpose(qkv.reshape([batch, length, 3, heads, width / heads]), [2, 0, 3, 1, 4])
  const [q, k, v] = tf.unstack(split) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
  const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)))
  return tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]).reshape([batch, length, width])
}

const meanSquare = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.squaredDifference(a, b))

interface StockStep {
  parameters: FlatParameters
  loss: (p: FlatParameters) => tf.Tensor
}

const steps: Record<string, () => StockStep> = {
  "mlp-step": () => {
    const { parameters, inputs } = mlpStep()
    const loss = (p: FlatParameters) => {
      const a = gelu(linear(inputs.x, layer(p, "first")))
      const b = gelu(linear(a, layer(p, "second")))
      return meanSquare(linear(layerNorm(b, layer(p, "norm")), layer(p, "last")), inputs.y)
    }
    return { parameters: flattenParameters(parameters), loss }
  },
  "transformer-step": () => {
    const { parameters, inputs } = transformerStep()
    const loss = (p: FlatParameters) => {
      const qkv = linear(layerNorm(inputs.x, layer(p, "attentionNorm")), layer(p, "qkv"))
      const a = tf.add(inputs.x, linear(attention(qkv, 4), layer(p, "out")))
      const hidden = gelu(linear(layerNorm(a, layer(p, "mlpNorm")), layer(p, "up")))
      return meanSquare(tf.add(a, linear(hidden, layer(p, "down"))), inputs.y)
    }
    return { parameters: flattenParameters(parameters), loss }
  },
}

const layer = (p: FlatParameters, name: string): Dense => ({ weight: p[`${name}.weight`]!, bias: p[`${name}.bias`]! })

/** Loss, gradients and AdamW, each operation of its own. */
function trainingStep({ parameters, loss }: StockStep): () => number {
  const names = Object.keys(parameters)
  let state = names.map((name) => ({
    p: parameters[name]!.clone(),
    m: tf.zerosLike(parameters[name]!),
    v: tf.zerosLike(parameters[name]!),
  }))
  const gradients = tf.valueAndGrads((...values) => loss(Object.fromEntries(names.map((name, i) => [name, values[i]!]))))
  const [rate, beta1, beta2, epsilon, weightDecay] = [1e-3, 0.9, 0.95, 1e-8, 0.05]
  let count = 0
  return () => {
    count++
    const [c1, c2] = [1 - beta1 ** count, 1 - beta2 ** count]
    const old = state
    const { value, next } = tf.tidy(() => {
      const { value, grads } = gradients(old.map(({ p }) => p))
      const next = old.map(({ p, m: m0, v: v0 }, i) => {
        const m = tf.add(tf.mul(m0, beta1), tf.mul(grads[i]!, 1 - beta1))
        const v = tf.add(tf.mul(v0, beta2), tf.mul(tf.square(grads[i]!), 1 - beta2))
        const direction = tf.div(tf.div(m, c1), tf.add(tf.sqrt(tf.div(v, c2)), epsilon))
        return { p: tf.sub(tf.mul(p, 1 - rate * weightDecay), tf.mul(direction, rate)), m, v }
      })
      return { value, next }
    })
    tf.dispose(old)
    state = next
    const number = value.dataSync()[0]!
    value.dispose()
    return number
  }
}

const [name, repeats] = process.argv.slice(2) as [string, string]
const chosen = steps[name]
if (chosen === undefined) throw new Error(`stock-wasm: expected one of ${Object.keys(steps).join(", ")}, got ${name}`)
await tf.setBackend("wasm")
const step = trainingStep(chosen())
const loss = step() // of the first step, so that one can see that both compute the same
const milliseconds = await measure(() => void step(), { repeats: Number(repeats), warmUp: 0 })
process.stdout.write(JSON.stringify([{ name, threads: 1, milliseconds, loss }]))
