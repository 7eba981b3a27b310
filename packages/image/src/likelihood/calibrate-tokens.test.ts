import { refine } from "@scalewise/core"
import { selectBackend, tf } from "@scalewise/nn"
import { beforeAll, expect, test } from "vitest"
import { samplingProcess } from "../sampling/sampling-process.ts"
import { tinyImageModel, type TinyImageModelOptions } from "../testing/tiny-image-model.ts"
import { calibrateTokens } from "./calibrate-tokens.ts"

beforeAll(async () => {
  await selectBackend()
})

const kinds: [string, TinyImageModelOptions][] = [
  ["ids", {}],
  ["bits", { tokenizer: { quantiser: { kind: "bitwise", tokens: "bits" } } }],
]

/** Tokens of `count` samples at some temperature, [N, L, ...]. */
async function drawn(options: TinyImageModelOptions, count: number, temperature: number[]) {
  const model = tinyImageModel(options)
  const draws: tf.Tensor[] = []
  const process = samplingProcess(model, { temperature })
  const watched: typeof process = {
    ...process,
    advance(state, step, draw, prediction) {
      draws.push(tf.keep((draw as tf.Tensor).clone()))
      return process.advance(state, step, draw, prediction)
    },
  }
  const labels = Array.from({ length: count }, (_, id) => id % 3)
  for await (const { step } of refine(watched, { batch: count, condition: { label: labels } })) expect(step).toBeGreaterThan(0)
  const all = tf.tidy(() => tf.concat(draws, 1))
  return { model, tokens: Int32Array.from(await all.data()), labels }
}

test.each(kinds)("finds the temperatures that %s were drawn at, and a model of its own samples well calibrated", async (_, options) => {
  const wanted = [1, 1, 1.4, 0.7]
  const { model, tokens, labels } = await drawn(options, 400, wanted)
  const { perScale, temperature } = await calibrateTokens({ model, tokens, labels, batch: 150 })
  const bits = options.tokenizer ? 4 : 1
  expect(perScale.map(({ count }) => count)).toEqual([1, 4, 9, 16].map((sites) => sites * 400 * bits))
  for (const [index, found] of temperature.entries()) {
    const tolerance = index === 0 ? 0.25 : 0.1 // 400 tokens say less than 1600
    expect(Math.abs(Math.log(found / wanted[index]!))).toBeLessThan(tolerance)
    const { nats, calibration, atTemperature } = perScale[index]!
    expect(atTemperature.nats).toBeLessThanOrEqual(nats)
    // Drawn from the model itself, the first two scales are as probable as it says
    if (index === 1) expect(calibration.error).toBeLessThan(0.05)
    if (index >= 2) expect(atTemperature.calibration.error).toBeLessThan(calibration.error)
  }
  model.dispose()
})
