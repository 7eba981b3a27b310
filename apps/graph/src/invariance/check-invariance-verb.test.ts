import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { trainGraphModel, packedGraph, saveGraphModel, type GraphModel, type InvarianceReport } from "@scalewise/graph"
import { selectBackend } from "@scalewise/nn"
import { afterEach, beforeEach, expect, it } from "vitest"
import { checkInvarianceVerb } from "./check-invariance-verb.ts"
import { invarianceText } from "./invariance-text.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "check-invariance-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(checkInvarianceVerb, argv, { name: "scalewise-graph", domain: "graph" })

/** A model that was trained for one step on two small graphs. */
async function tinyModel(): Promise<GraphModel> {
  const training = { steps: 2, batch: 2, rate: 1e-3, warmup: 1, finalRate: 1, weightDecay: 0, clipNorm: 1, ema: 0.5, nothing: 0.3 }
  const events = trainGraphModel({
    config: {
      process: "contraction",
      seed: 1,
      contraction: { preference: "low-degree", blocks: false, walks: 0, edgeCounts: false, width: 8, depth: 1, triangles: 2, noise: 2 },
      skeletonTraining: training,
      attributeTraining: training,
      pyramids: 2,
      sampling: {},
    },
    vocabulary: { nodes: [], edges: [] },
    graphs: [packedGraph(5, [0, 1, 1, 2, 2, 3, 3, 4, 0, 4]), packedGraph(6, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5])],
    mode: "eager",
    clock: () => 0,
  })
  let next = await events.next()
  while (!next.done) next = await events.next()
  return next.value.model
}

it("prints the largest deviations of a trained model beside what a mistake would do", async () => {
  await selectBackend({ prefer: "cpu" })
  const model = await tinyModel()
  await saveGraphModel(folder, model)
  model.dispose()
  const json = await run("--checkpoint", folder, "--graphs", "1", "--renamings", "4", "--json")
  expect([json.status, json.err]).toEqual([0, expect.stringContaining("Computing on")])
  const { checks, passed, extent, seed } = JSON.parse(json.out) as InvarianceReport & { seed: number }
  expect([passed, seed, extent.graphs, extent.renamings]).toEqual([true, 0, 1, 4])
  expect(new Set(checks.map(({ check }) => check))).toEqual(new Set(["maps", "padding", "sampler", "loss"]))
  for (const { name, deviation, limit, control } of checks) {
    expect(deviation).toBeLessThanOrEqual(limit)
    // A single graph may come out alike in spite of the mistake
    if (name !== "graphs that differ") expect(control.deviation).toBeGreaterThan(limit)
  }
  const text = invarianceText({ checks, passed, extent })
  expect(text).toMatch(/split network .* passed .* with index embedding/)
  expect(text).toMatch(/Renaming the nodes changes nothing\.$/)
  const bad = checks.map((check) => ({ ...check, deviation: 1, passed: false }))
  expect(invarianceText({ checks: bad, passed: false, extent })).toMatch(/FAILED[^]*The model is not invariant\.$/)
}, 180_000)

it("says in one sentence that there is no model", async () => {
  const { status, out, err } = await run("--checkpoint", path.join(folder, "nowhere"))
  expect([status, out]).toEqual([3, ""])
  expect(err).toMatch(/nowhere: expected the folder of a graph model/)
})
