/**
 * The three steps that the benchmark times here and in `peers/pytorch.py`.
 * Letters: B batch, T tokens, C channels, O outputs.
 */
import { adamw, type Loss, ops, type Parameters, randomStream, tf } from "@scalewise/nn"

/** A loss with parameters and inputs to train it on, with `benchOptimizer`; the caller disposes both. */
export interface BenchStep<P extends Parameters = Parameters> {
  readonly name: string
  readonly loss: Loss<P>
  readonly parameters: P
  readonly inputs: Record<string, tf.Tensor>
}

/** The optimiser of the training steps; the same numbers as in the PyTorch peer. */
export const benchOptimizer = () => adamw({ rate: 1e-3, betas: [0.9, 0.95], weightDecay: 0.05 })

const random = randomStream("bench")

/** A weight [I, O] or a filter [h, w, I, O] of variance 1 / fan-in. */
function weight(name: string, ...shape: readonly number[]): tf.Tensor {
  return tf.tidy(() =>
    random
      .fold(name)
      .normal(shape)
      .div(Math.sqrt(shape.slice(0, -1).reduce((a, b) => a * b, 1))),
  )
}

const dense = (name: string, inputs: number, outputs: number) => ({ weight: weight(name, inputs, outputs), bias: tf.zeros([outputs]) })
const norm = (width: number) => ({ weight: tf.ones([width]), bias: tf.zeros([width]) })

const meanSquare = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.squaredDifference(a, b))

/** 784-512-512-784, GELU, layer norm before the output layer, batch 256, mean squared error. */
export function mlpStep(batch = 256) {
  const parameters = {
    first: dense("first", 784, 512),
    second: dense("second", 512, 512),
    norm: norm(512),
    last: dense("last", 512, 784),
  }
  return {
    name: "mlp-step",
    parameters,
    inputs: { x: random.fold("x").normal([batch, 784]), y: random.fold("y").normal([batch, 784]) },
    loss: (p: typeof parameters, { x, y }: Record<string, tf.Tensor>) => {
      const a = ops.gelu(ops.linear(x!, p.first.weight, p.first.bias))
      const b = ops.gelu(ops.linear(a, p.second.weight, p.second.bias))
      return meanSquare(ops.linear(ops.layerNorm(b, p.norm), p.last.weight, p.last.bias), y!)
    },
  } satisfies BenchStep<typeof parameters>
}

/** One pre-norm block, width 128, 4 heads, MLP 4x, 64 x 50 tokens, mean squared error. */
export function transformerStep(batch = 64) {
  const width = 128
  const parameters = {
    attentionNorm: norm(width),
    qkv: dense("qkv", width, 3 * width),
    out: dense("out", width, width),
    mlpNorm: norm(width),
    up: dense("up", width, 4 * width),
    down: dense("down", 4 * width, width),
  }
  return {
    name: "transformer-step",
    parameters,
    inputs: { x: random.fold("tokens").normal([batch, 50, width]), y: random.fold("targets").normal([batch, 50, width]) },
    loss: (p: typeof parameters, { x, y }: Record<string, tf.Tensor>) => {
      const qkv = ops.linear(ops.layerNorm(x!, p.attentionNorm), p.qkv.weight, p.qkv.bias)
      const a = tf.add(x!, ops.linear(ops.selfAttention(qkv, { heads: 4 }), p.out.weight, p.out.bias)) // [B, T, C]
      const hidden = ops.gelu(ops.linear(ops.layerNorm(a, p.mlpNorm), p.up.weight, p.up.bias))
      return meanSquare(tf.add(a, ops.linear(hidden, p.down.weight, p.down.bias)), y!)
    },
  } satisfies BenchStep<typeof parameters>
}

/** 3 x 3 convolution 32 -> 64 of 28 x 28 images, batch 64: output, and gradients of input, filter and bias for `compileFunction`. */
export function convStep(batch = 64) {
  const parameters = { filter: weight("filter", 3, 3, 32, 64), bias: tf.zeros([64]) }
  return {
    name: "conv-step",
    parameters,
    inputs: { image: random.fold("image").normal([batch, 28, 28, 32]), cotangent: random.fold("cotangent").normal([batch, 28, 28, 64]) },
    run: (p: typeof parameters, { image, cotangent }: Record<string, tf.Tensor>) => {
      const weighted = (x?: tf.Tensor, filter?: tf.Tensor, bias?: tf.Tensor) =>
        tf.sum(tf.mul(ops.conv2d(x!, filter!, { bias: bias! }), cotangent!))
      const { value, grads } = tf.valueAndGrads(weighted)([image!, p.filter, p.bias])
      return { loss: value, image: grads[0]!, filter: grads[1]!, bias: grads[2]! }
    },
  }
}
