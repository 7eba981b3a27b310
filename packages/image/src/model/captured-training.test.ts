import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import {
  adamw,
  compile,
  cosine,
  flattenParameters,
  loadTensors,
  randomStream,
  saveTensors,
  selectBackend,
  tf,
  type CompileOptions,
  type Loss,
  type Parameters,
  type StepInputs,
  type TrainStep,
} from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { generatorLoss } from "../generator/generator-loss.ts"
import { tokenizerInputs, tokenizerLoss } from "../tokenizer/tokenizer-loss.ts"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import { generatorOf } from "./image-model.ts"
import { imagePresets } from "./presets.ts"

/** One training of the MNIST preset: its networks, loss, clipping, optimiser and average, on small batches. */
interface Training {
  readonly loss: Loss<Parameters>
  readonly options: Omit<CompileOptions<Parameters>, "mode">
  inputs(call: number): StepInputs
}

const { tokenizer: config, tokenizerTraining, generator, generatorTraining } = imagePresets["mnist"]!
const random = randomStream("captured training")
const made = tokenizer(config)
/** Every seventh batch is an odd one, as the last batch of an epoch is. */
const batchOf = (call: number): number => (call % 7 === 6 ? 3 : 4)

function tokenizerCase(): Training {
  const { rate, warmup, betas, weightDecay, clipNorm, loss } = tokenizerTraining
  return {
    loss: tokenizerLoss(made, loss) as unknown as Loss<Parameters>,
    options: {
      parameters: made.init(random.fold("tokenizer")),
      optimizer: adamw({ rate: cosine(rate, 4500, { warmup }), betas, weightDecay }),
      clipNorm,
    },
    inputs(call) {
      const batch = batchOf(call)
      const stream = random.fold("images").fold(call)
      const image = stream.uniform([batch, config.height, config.width, 1])
      const samples = stream.samples(Array.from({ length: batch }, (_, index) => index))
      return tokenizerInputs({ image }, samples, { scales: made.schedule.steps, rate: loss.prefixDropout })
    },
  }
}

function generatorCase(): Training {
  const transformer = generatorOf(made, generator!)
  const { rate, warmup, betas, weightDecay, clipNorm, ema, loss } = generatorTraining!
  return {
    loss: generatorLoss(transformer, made, made.multiScale.init(random.fold("quantiser")), loss) as unknown as Loss<Parameters>,
    options: {
      parameters: transformer.init(random.fold("generator")),
      optimizer: adamw({
        rate: cosine(rate, 4000, { warmup }),
        betas,
        weightDecay,
        groups: (name) => (name.endsWith("weight") ? undefined : { weightDecay: 0 }),
      }),
      clipNorm,
      ema: { decay: ema },
    },
    inputs(call) {
      const batch = batchOf(call)
      const stream = random.fold("tokens").fold(call)
      const { length } = made.schedule
      return {
        label: tf.tensor1d(stream.fold("label").integers(batch, generator!.classes + 1), "int32"),
        // A few of the codes, so that there is something to learn
        tokens: tf.tensor2d(stream.integers(batch * length, 8), [batch, length], "int32"),
      }
    },
  }
}

/** Losses of calls from .. to. */
function losses(step: TrainStep<Parameters>, training: Training, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => {
    const inputs = training.inputs(from + index)
    const reported = step.run(inputs)
    const loss = reported["loss"]!.dataSync()[0]!
    tf.dispose([inputs, reported])
    return loss
  })
}

const hasNative = (await testBackends()).includes("native")

describe.skipIf(!hasNative).each([
  ["tokenizer", tokenizerCase],
  ["generator", generatorCase],
])("the %s of the MNIST preset, captured", (_, make) => {
  beforeAll(async () => void (await selectBackend({ prefer: "native" })))

  it("has the losses of the eager training for 50 steps, odd batches included", { timeout: 600_000 }, () => {
    const training = make()
    const run = (mode: "captured" | "eager"): number[] => {
      const step = compile(training.loss, { ...training.options, mode })
      const found = losses(step, training, 0, 50)
      step.dispose()
      return found
    }
    const [captured, eager] = [run("captured"), run("eager")]
    for (const [call, value] of captured.entries()) expect(Math.abs(value / eager[call]! - 1), `call ${call}`).toBeLessThan(1e-5)
    expect(captured.at(-1)).toBeLessThan(captured[0]!)
  })

  it.each(["captured", "eager"] as const)("goes on bit for bit from a file: %s", { timeout: 600_000 }, async (mode) => {
    const training = make()
    const folder = await mkdtemp(path.join(tmpdir(), "captured-training-"))
    try {
      const file = path.join(folder, "state.safetensors")
      const first = compile(training.loss, { ...training.options, mode })
      losses(first, training, 0, 5)
      const state = first.state()
      await saveTensors(file, state)
      const whole = losses(first, training, 5, 9)
      const saved = await loadTensors(file)
      const second = compile(training.loss, { ...training.options, mode })
      second.restore(saved)
      expect(second.step).toBe(5)
      expect(losses(second, training, 5, 9)).toEqual(whole)
      const ends = [first.state(), second.state()]
      for (const name of Object.keys(ends[0]!)) expect(await ends[1]![name]!.data(), name).toEqual(await ends[0]![name]!.data())
      tf.dispose([state, saved, ends, flattenParameters(training.options.parameters)])
      for (const step of [first, second]) step.dispose()
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
