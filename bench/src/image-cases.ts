import { sample } from "@scalewise/core"
import type { NextScaleProcess } from "@scalewise/image"
import type { Case, Mode } from "./cases.ts"
import { digitModel, tokenizerStep, varStep } from "./image-steps.ts"
import { measure } from "./measure.ts"
import type { ProfileEntry } from "./profile-bench.ts"
import { trainingCase } from "./training-case.ts"

/** 100 digits of all classes from a process, pixels included; every call draws others. */
function digitsFrom(process: NextScaleProcess): () => Promise<void> {
  const label = Array.from({ length: 100 }, (_, index) => index % 10)
  let seed = 0
  return async () => {
    const pictures = await sample(process, { batch: 100, condition: { label }, seed: seed++ })
    await pictures.data()
    pictures.dispose()
  }
}

const digits: Case = {
  name: "sample-digits",
  hasPeer: true,
  async time({ mode, repeats }: { mode: Mode; repeats: number }) {
    const model = digitModel()
    const process = model.processWith({ mode: mode === "eager" ? "eager" : "auto" })
    const milliseconds = await measure(digitsFrom(process), { repeats })
    process.dispose()
    model.dispose()
    return [{ name: "sample-digits", mode, milliseconds, digitsPerSecond: 1e5 / milliseconds }]
  },
  async profile({ repeats }) {
    const model = digitModel()
    const { process } = model
    const whole = await measure(digitsFrom(process), { repeats })
    const smallest = new Map<string, number>()
    let readings = new Map<string, number>()
    const timed = <T>(part: string, work: () => T): T => {
      const start = performance.now()
      const result = work()
      readings.set(part, (readings.get(part) ?? 0) + performance.now() - start)
      return result
    }
    const watched: NextScaleProcess = {
      ...process,
      predict(state, step, condition) {
        const law = timed("passes of the Transformer", () => process.predict(state, step, condition))
        return { ...law, sample: (random) => timed("draws", () => law.sample(random)) }
      },
      advance: (...given) => timed("tokens to the sum of codes", () => process.advance(...given)),
      // On native a compiled pass has ended when it returns
      readout: (state) => timed("decoder", () => process.readout(state)),
    }
    const once = digitsFrom(watched)
    for (let run = 0; run < repeats; run++) {
      readings = new Map()
      await once()
      for (const [part, milliseconds] of readings) smallest.set(part, Math.min(smallest.get(part) ?? Infinity, milliseconds))
    }
    model.dispose()
    const entries: ProfileEntry[] = [...smallest].map(([part, milliseconds]) => ({ part, milliseconds }))
    return { whole, entries, note: "the smallest reading of each" }
  },
}

/** The image model of the MNIST preset: both training steps, and 100 digits from labels to pictures. */
export const imageCases: readonly Case[] = [trainingCase("tokenizer-step", tokenizerStep), trainingCase("var-step", varStep), digits]
