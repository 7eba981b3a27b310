import { tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { gaussian } from "../distribution/gaussian.ts"
import { isCategorical } from "../distribution/categorical.ts"
import { refine } from "../process/refine.ts"
import { checkBackwardProcess } from "../testing/check-backward-process.ts"
import { twoScaleProcess } from "../testing/two-scale-pyramid.ts"
import { guided } from "./guided.ts"
import { tempered } from "./tempered.ts"

const condition = { label: 0.5 }

async function tokensOf(process: typeof twoScaleProcess, options: { batch: number; greedy?: boolean }): Promise<number[][]> {
  let tokens: number[][] = []
  for await (const { state } of refine(process, { condition, seed: 6, ...options })) tokens = state.tokens.arraySync() as number[][]
  return tokens
}

describe("tempered", () => {
  test("by default nothing changes; at top-1 or next to no temperature it is greedy", async () => {
    expect(await tokensOf(tempered(twoScaleProcess, {}), { batch: 30 })).toEqual(await tokensOf(twoScaleProcess, { batch: 30 }))
    const greedy = await tokensOf(twoScaleProcess, { batch: 30, greedy: true })
    expect(await tokensOf(tempered(twoScaleProcess, { topK: 1 }), { batch: 30 })).toEqual(greedy)
    expect(await tokensOf(tempered(twoScaleProcess, { temperature: 1e-4 }), { batch: 30 })).toEqual(greedy)
    expect(await tokensOf(tempered(twoScaleProcess, { topP: 1e-3 }), { batch: 30 })).toEqual(greedy)
  })

  test("takes one value per step", async () => {
    const tokens = await tokensOf(tempered(twoScaleProcess, { topK: [2, 0] }), { batch: 200 })
    expect(new Set(tokens.map(([a]) => a))).toEqual(new Set([0, 2])) // the least coarse logit is entry 1
    expect(new Set(tokens.map(([, b]) => b)).size).toBe(2)
    const logits = tf.tidy(() => {
      const law = tempered(twoScaleProcess, { temperature: [0.5, 1] }).predict(
        twoScaleProcess.start(1, condition, undefined as never),
        1,
        condition,
      )
      return isCategorical(law) ? Array.from(law.logits.dataSync()) : []
    })
    for (const [i, expected] of [0.4, -0.8, 2].entries()) expect(logits[i]).toBeCloseTo(expected, 6)
  })

  test("filters what guidance made: entry 1 is best only before it", () => {
    const both = tempered(guided(twoScaleProcess, { scale: 5 }), { topK: 1 })
    tf.tidy(() => {
      const state = both.start(1, { label: -2 }, undefined as never)
      const law = both.predict(state, 1, { label: -2 })
      expect(isCategorical(law) && Array.from(law.logits.dataSync(), (value) => value > -1e8)).toEqual([true, false, false])
      const next = both.advance(state, 1, law.mode(), law)
      expect(next.unconditional.tokens.arraySync()).toEqual([[0]])
    })
  })

  test("wrappers stack in either order, and keep the promises of a process", async () => {
    const inside = guided(tempered(twoScaleProcess, { temperature: 0.8, topK: 2, topP: 0.9 }), { scale: 2 })
    const outside = tempered(guided(twoScaleProcess, { scale: 2 }), { temperature: 0.8, topK: 2, topP: 0.9 })
    for (const process of [inside, outside])
      await checkBackwardProcess<unknown, tf.Tensor, typeof condition, tf.Tensor>(process, { condition: () => condition })
  })

  test("values out of range and laws without logits are named", () => {
    expect(() => tempered(twoScaleProcess, { temperature: 0 })).toThrow("tempered: temperature: 0 is out of range")
    expect(() => tempered(twoScaleProcess, { topK: 1.5 })).toThrow("tempered: topK")
    expect(() => tempered(twoScaleProcess, { topP: [0.5, 1.1] })).toThrow("tempered: topP: 1.1")
    const normal = { ...twoScaleProcess, predict: () => gaussian({ mean: tf.zeros([1, 1]) }) }
    expect(() => tempered(normal, { topK: 1 }).predict(undefined as never, 1, condition)).toThrow("a law with logits at step 1")
  })
})
