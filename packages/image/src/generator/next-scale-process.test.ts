import { collaborate, isBitwise, isCategorical, refine, sample, type Distribution } from "@scalewise/core"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { checkImageProcess } from "../testing/check-image-process.ts"
import { tinyImageModel, tinyVariants } from "../testing/tiny-image-model.ts"
import type { ImageModel } from "../model/image-model.ts"
import { splitScales, teacherForced } from "./generator-loss.ts"
import type { NextScaleProcess, NextScaleState } from "./next-scale-process.ts"

interface Walk {
  readonly tokens: tf.Tensor[]
  readonly logits: tf.Tensor[]
}

/** Tokens drawn and logits predicted at each scale. */
async function walk(process: NextScaleProcess, ids: readonly number[], labels: readonly number[]): Promise<Walk> {
  const tokens: tf.Tensor[] = []
  const logits: tf.Tensor[] = []
  const watched: NextScaleProcess = {
    ...process,
    advance(state, step, draw, prediction) {
      tokens.push(tf.keep(draw.clone()))
      logits.push(tf.keep(logitsOf(prediction!).clone()))
      return process.advance(state, step, draw, prediction)
    },
  }
  for await (const { step } of refine(watched, { batch: ids, condition: { label: labels }, seed: 5 })) expect(step).toBeLessThan(5)
  return { tokens, logits }
}

function logitsOf(law: Distribution<tf.Tensor>): tf.Tensor {
  if (isCategorical(law) || isBitwise(law)) return law.logits
  throw new Error("expected a law with logits")
}

/** The logits of all scales in one teacher-forced pass over tokens of the scales. */
function teacherLogits(
  { transformer, generatorParameters, tokenizer, tokenizerParameters }: ImageModel,
  tokens: tf.Tensor[],
  labels: number[],
) {
  return tf.tidy(() => {
    const { contexts } = teacherForced(tokenizer, tokenizerParameters.quantiser, { tokens: tf.concat(tokens, 1) })
    const { schedule } = tokenizer
    const { logits } = transformer!.apply(generatorParameters!, {
      labels: tf.tensor1d(labels, "int32"),
      scales: { from: 1, to: schedule.steps },
      contexts,
    })
    return splitScales(logits, schedule.tokens)
  })
}

const backends = await testBackends()
/** The first backend takes all variants, the others what differs in kind. */
const variantsOn = (backend: string) =>
  Object.entries(tinyVariants).filter(([name]) => backend === backends[0] || name === "VAR" || name.startsWith("bits"))

describe.each(backends)("nextScaleProcess on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  describe.each(variantsOn(backend))("%s", (_, options) => {
    const ids = [0, 1, 2]
    const labelsOf = (model: ImageModel, sampleIds: readonly number[] = ids): number[] => {
      const { classes } = model.transformer!.config
      return sampleIds.map((id) => (classes === 0 ? -1 : id % classes))
    }

    it("draws the same tokens from the same logits with and without a cache, compiled or not", async () => {
      const model = tinyImageModel(options)
      const labels = labelsOf(model)
      const cached = await walk(model.process, ids, labels)
      for (const settings of [{ cached: false }, { mode: "eager" }, { cached: false, mode: "eager" }] as const) {
        const process = model.processWith(settings)
        const other = await walk(process, ids, labels)
        for (const [index, tokens] of other.tokens.entries()) {
          await expectAllClose(tokens, cached.tokens[index]!, { tolerance: 0, name: `tokens of scale ${index + 1}` })
          await expectAllClose(other.logits[index]!, cached.logits[index]!, { tolerance: 1e-5, name: `logits of scale ${index + 1}` })
        }
        process.dispose()
      }
      model.dispose()
    })

    it("predicts step by step what the teacher-forced pass predicts, given the same tokens", async () => {
      const model = tinyImageModel(options)
      const labels = labelsOf(model)
      const { tokens, logits } = await walk(model.process, ids, labels)
      const nullLabels = labels.map((label) => (label === -1 ? 0 : label))
      for (const [index, forced] of teacherLogits(model, tokens, nullLabels).entries()) {
        // The spread shows that there is something to compare
        expect(tf.moments(forced).variance.dataSync()[0]).toBeGreaterThan(1e-2)
        await expectAllClose(forced, logits[index]!, { tolerance: 1e-5, name: `logits of scale ${index + 1}` })
      }
      model.dispose()
    })

    it("leaves the logits of scales up to k as they are whatever the tokens from scale k on", async () => {
      const model = tinyImageModel(options)
      const labels = labelsOf(model).map((label) => Math.max(label, 0))
      const { tokens } = await walk(model.process, ids, labelsOf(model))
      const before = teacherLogits(model, tokens, labels)
      for (let changed = 2; changed <= tokens.length; changed++) {
        const others = tokens.map((ofScale, index) =>
          index + 1 < changed ? ofScale : tf.tidy(() => tf.cast(tf.notEqual(ofScale, tf.scalar(1, "int32")), "int32")),
        )
        const after = teacherLogits(model, others, labels)
        for (let index = 0; index < changed; index++)
          await expectAllClose(after[index]!, before[index]!, { tolerance: 1e-6, name: `logits of scale ${index + 1}` })
        // Else the property would say nothing
        if (changed < tokens.length)
          await expect(expectAllClose(after[changed]!, before[changed]!, { tolerance: 1e-3 })).rejects.toThrow("deviation")
      }
      model.dispose()
    })

    it("keeps the promises of a process, and takes up a state without a cache", async () => {
      const model = tinyImageModel(options)
      const { process } = model
      await checkImageProcess(model.processWith({ mode: "eager" }), (sampleIds) => labelsOf(model, sampleIds))
      const handed = collaborate(process, process, 2, { handOver: (state: NextScaleState) => ({ ...state, cache: undefined }) })
      const run = { batch: ids, condition: { label: labelsOf(model) }, seed: 1 }
      const pictures = [await sample(process, run), await sample(handed, run)] as const
      await expectAllClose(pictures[1], pictures[0], { tolerance: 1e-5 })
      tf.dispose([...pictures])
      model.dispose()
    })
  })

  it("refuses a class that the model does not have, in one sentence", () => {
    const model = tinyImageModel()
    const start = (label: number | number[]) => () => model.process.start(2, { label }, randomStream(0))
    expect(start(3)).toThrow("expected a class from 0 to 2, got 3; choose one of these")
    expect(start(0.5)).toThrow("expected a class from 0 to 2, got 0.5")
    expect(start([0])).toThrow("expected one label for each of 2 samples, got 1")
    const unconditional = tinyImageModel({ generator: { classes: 0 } })
    expect(() => unconditional.process.start(1, { label: 0 }, randomStream(0))).toThrow("the model is unconditional")
    model.dispose()
    unconditional.dispose()
  })

  it("leaves no tensor behind", async () => {
    const run = async () => {
      const model = tinyImageModel()
      for await (const { step } of refine(model.process, { batch: 2, condition: { label: 1 } })) if (step === 3) break
      model.dispose()
    }
    await run() // resampling matrices are made once and kept
    const before = tf.memory().numTensors
    await run()
    expect(tf.memory().numTensors).toBe(before)
  })
})
