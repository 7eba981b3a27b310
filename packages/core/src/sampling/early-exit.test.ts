import { expect, test } from "vitest"
import { sample } from "../process/refine.ts"
import { twoScaleProcess } from "../testing/two-scale-pyramid.ts"
import { earlyExit } from "./early-exit.ts"

test("stops on the way to the same sample", async () => {
  const options = { batch: 4, condition: { label: 0 }, seed: 2 }
  const coarse = (await sample(earlyExit(twoScaleProcess, { steps: 1 }), options)).arraySync() as number[][]
  const fine = (await sample(twoScaleProcess, options)).arraySync() as number[][]
  for (const [b, row] of coarse.entries()) {
    expect(row[0]).toBe(row[1]) // both sites still hold the coarse embedding
    for (const site of [0, 1]) expect([-0.25, 0.5].some((e) => Math.abs(fine[b]![site]! - row[site]! - e) < 1e-6)).toBe(true)
  }
  expect((await sample(earlyExit(twoScaleProcess, { steps: 2 }), options)).arraySync()).toEqual(fine)
  for (const steps of [0, 3, 1.5]) expect(() => earlyExit(twoScaleProcess, { steps })).toThrow("expected 1 to 2 steps")
})
