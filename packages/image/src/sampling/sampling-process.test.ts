import { isCategorical, keepTopK, keepTopP, refine, sample, tempered, type Distribution } from "@scalewise/core"
import { ops, randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { checkImageProcess } from "../testing/check-image-process.ts"
import { tinyImageModel } from "../testing/tiny-image-model.ts"
import { labelGuidance } from "./guidance.ts"
import type { SamplingConfig } from "./sampling-config.ts"
import { samplingProcess, type ImageProcess } from "./sampling-process.ts"
import { smooth } from "./smooth.ts"

const labelled = (ids: readonly number[]) => ids.map((id) => id % 3)
const bits = { tokenizer: { quantiser: { kind: "bitwise", tokens: "bits" } } } as const

/** What `watch` says of each step's prediction, with the draws that follow from it. */
async function watched(process: ImageProcess, watch: (law: Distribution<unknown>, step: number) => tf.Tensor, label: number | undefined) {
  const seen: tf.Tensor[] = []
  const draws: tf.Tensor[] = []
  const spy: ImageProcess = {
    ...process,
    advance(state, step, draw, prediction) {
      seen.push(tf.keep(watch(prediction!, step).clone()))
      draws.push(tf.keep((draw as tf.Tensor).clone()))
      return process.advance(state, step, draw, prediction)
    },
  }
  for await (const { step } of refine(spy, { batch: 2, condition: { label }, seed: 3 })) expect(step).toBeGreaterThan(0)
  return { seen, draws }
}

describe.each(await testBackends())("samplingProcess on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  it("without settings is the model's own process, and guidance 0 is conditional sampling", async () => {
    const model = tinyImageModel()
    const run = { batch: 3, condition: { label: [0, 1, 2] }, seed: 1 }
    const plain = await sample(model.process, run)
    for (const settings of [{}, { guidance: 0 }, { guidance: [0, 0, 0, 0], topK: 0, topP: 1, temperature: [1, 1, 1, 1] }]) {
      const process = samplingProcess(model, settings)
      expect(process.networkCalls?.(2) ?? 1).toBe(1)
      await expectAllClose(await sample(process, run), plain, { tolerance: 0 })
    }
    // The wrapper itself at strength 0, through two runs side by side
    const guidedByNothing = labelGuidance(model.process, { guidance: 0, classes: 3 })
    expect(guidedByNothing.networkCalls?.(2)).toBe(2)
    await expectAllClose(await sample(guidedByNothing, run), plain, { tolerance: 1e-6 })
    model.dispose()
  })

  it("filters guided logits, as VAR does: (1 + t) c - t u with t from 0 to the strength, then temperature, top-k, top-p", async () => {
    const model = tinyImageModel()
    const settings: SamplingConfig = { guidance: 1.5, temperature: [1, 0.8, 0.7, 0.6], topK: 5, topP: 0.9 }
    const { seen, draws } = await watched(samplingProcess(model, settings), logitsOf, 1)
    const process = model.process
    const [expected, removed] = tf.tidy(() => {
      const steps = [1, 2, 3, 4]
      const states = [{ label: 1 }, {}].map((condition) => ({ condition, state: process.start(2, condition, randomStream(0)) }))
      const logits = steps.map((step) => {
        const [c, u] = states.map((one) => {
          const law = process.predict(one.state, step, one.condition)
          one.state = process.advance(one.state, step, draws[step - 1]!, law)
          return logitsOf(law)
        }) as [tf.Tensor, tf.Tensor]
        const t = (1.5 * (step - 1)) / 3
        const guided = tf.sub(tf.mul(c, 1 + t), tf.mul(u, t))
        return keepTopP(keepTopK(tf.div(guided, [1, 0.8, 0.7, 0.6][step - 1]!), 5), 0.9)
      })
      return [logits, logits.map((ofScale) => tf.sum(tf.less(ofScale, -1e8)).dataSync()[0]!)] as const
    })
    for (const [index, logits] of seen.entries())
      await expectAllClose(logits, expected[index]!, { tolerance: 1e-5, name: `scale ${index + 1}` })
    for (const count of removed) expect(count).toBeGreaterThan(0)
    model.dispose()
  })

  it("keeps the promises of a process with everything on", async () => {
    const model = tinyImageModel()
    const score = (images: tf.Tensor) => tf.mean(images, [1, 2, 3])
    const settings = { guidance: [0, 0.5, 1, 2], topK: 4, rejection: { attempts: 2 } }
    await checkImageProcess(samplingProcess(model, settings, { score, process: model.processWith({ mode: "eager" }) }), labelled)
    model.dispose()
  })

  it("takes the attempt that scores best for its class", async () => {
    const model = tinyImageModel()
    // Class 0 wants dark pictures, the others light ones
    const score = (images: tf.Tensor, { label }: { label?: unknown }) =>
      tf.tidy(() => {
        const signs = (label as number[]).map((one) => (one === 0 ? -1 : 1))
        return tf.mul(tf.mean(images, [1, 2, 3]), tf.tensor1d(signs))
      })
    const run = { batch: 4, condition: { label: [0, 0, 1, 2] }, seed: 1 }
    const process = samplingProcess(model, { rejection: { attempts: 6 } }, { score })
    expect(process.networkCalls?.(1)).toBe(6)
    const once = samplingProcess(model, { rejection: { attempts: 1 } }, { score })
    const [best, single] = [await sample(process, run), await sample(once, run)].map((images) =>
      score(images, run.condition).dataSync(),
    ) as [Float32Array, Float32Array]
    for (let b = 0; b < 4; b++) expect(best[b]).toBeGreaterThanOrEqual(single[b]!)
    expect(Array.from(best).reduce((a, b) => a + b)).toBeGreaterThan(Array.from(single).reduce((a, b) => a + b) + 1e-3)
    model.dispose()
  })

  it.each([{}, bits])("smooth decoding mixes all codes under VAR's Gumbel-softmax, ever sharper", async (options) => {
    const model = tinyImageModel(options)
    const parameters = { multiScale: model.tokenizer.multiScale, quantiser: model.tokenizerParameters.quantiser }
    const process = samplingProcess(model, { smooth: true, topK: 6 })
    const { draws } = await watched(process, () => tf.scalar(0), 2)
    expect(draws.map(({ shape, dtype }) => [...shape, dtype])).toEqual([1, 4, 9, 16].map((sites) => [2, sites, 4, "float32"]))
    // Sharp enough, the mixture is the code that the same noise draws
    const sure = tempered(model.process, { temperature: 1e-4 })
    const run = { batch: 3, condition: { label: [0, 1, 2] }, seed: 1 }
    await expectAllClose(await sample(smooth(sure, parameters), run), await sample(sure, run), { tolerance: 1e-3 })
    model.dispose()
  })

  it("smooth decoding follows the formula", async () => {
    const model = tinyImageModel()
    const { quantiser } = model.tokenizerParameters.quantiser as unknown as { quantiser: { codebook: Record<string, tf.Tensor> } }
    const process = samplingProcess(model, { smooth: true })
    const random = randomStream(7).samples([4, 9])
    tf.engine().startScope()
    let state = process.start(2, {}, random)
    let inner = model.process.start(2, {}, random)
    for (const step of [1, 2, 3]) {
      const law = process.predict(state, step, {})
      const draw = law.sample(random.fold(step)) as tf.Tensor
      const tokens = model.process.predict(inner, step, {})
      const ratio = (step - 1) / 3
      const tau = Math.max(0.27 * (1 - 0.95 * ratio), 0.005)
      const logits = logitsOf(tokens)
      const noisy = tf.add(tf.mul(logits, 1 + ratio), random.fold(step).gumbel(logits.shape))
      const expected = ops.matMul(tf.softmax(tf.div(noisy, tau)), quantiser.codebook["0"]!)
      await expectAllClose(draw, expected, { tolerance: 1e-5, name: `soft codes of scale ${step}` })
      state = process.advance(state, step, draw, law)
      inner = model.process.advance(inner, step, draw, tokens)
      expect(() => law.logProb(draw)).toThrow("soft codes have no likelihood")
    }
    tf.engine().endScope()
    model.dispose()
  })

  it("refuses what cannot be, in one sentence", () => {
    const model = tinyImageModel()
    const unconditional = tinyImageModel({ generator: { classes: 0 } })
    const refused: [SamplingConfig, string][] = [
      [{ temperature: 0 }, "sampling.temperature: expected a number above 0, got 0"],
      [{ temperature: [1, 1] }, "sampling.temperature: expected one value, or one for each of the 4 scales, got 2"],
      [{ topK: 1.5 }, "sampling.topK: expected 0 or a positive integer, got 1.5"],
      [{ topP: [0, 0, 0, 1.1] }, "sampling.topP: expected a share from 0 to 1, got 1.1"],
      [{ guidance: Infinity }, "sampling.guidance: expected a finite number, got Infinity"],
      [{ rejection: { attempts: 0 } }, "sampling.rejection.attempts: expected a positive integer, got 0"],
      [{ rejection: { attempts: 2 } }, "expected a score to choose by"],
    ]
    for (const [settings, message] of refused) expect(() => samplingProcess(model, settings)).toThrow(message)
    expect(() => samplingProcess(unconditional, { guidance: 1 })).toThrow("got an unconditional one; leave guidance out")
    expect(() => samplingProcess(unconditional, { topK: 2 })).not.toThrow()
    model.dispose()
    unconditional.dispose()
  })
})

function logitsOf(law: Distribution<never> | Distribution<unknown> | Distribution<tf.Tensor>): tf.Tensor {
  if (isCategorical(law)) return law.logits
  throw new Error("expected a categorical law")
}
