import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { isConnected, loadGraphModel, readGraphs } from "@scalewise/graph"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sampleVerb } from "../sample/sample-verb.ts"
import { trainVerb } from "./train-verb.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "train-"))
})
afterAll(() => rm(folder, { recursive: true }))

const app = { name: "scalewise-graph", domain: "graph" }
const tiny = ["contraction.width=8", "contraction.depth=1", "skeletonTraining.batch=4", "skeletonTraining.warmup=2", "pyramids=2"]
const train = (...argv: string[]) => {
  const sets = tiny.flatMap((set) => ["--set", set])
  return runVerb(
    trainVerb,
    ["--preset", "tree", "--dataset", "lobster", "--count", "12", ...sets, "--out", folder, "--eager", ...argv],
    app,
  )
}
const steps = (count: number): string[] => ["--set", `skeletonTraining.steps=${count}`]

describe("train and sample", () => {
  it("leave a model with its command, seed and data, and graphs of it in a file", async () => {
    const { status, out, err } = await train("--name", "whole", "--seed", "3", "--json", ...steps(6))
    expect(status, err).toBe(0)
    const { model: place } = JSON.parse(out) as { model: string }
    const model = await loadGraphModel(place)
    expect(model.metadata).toMatchObject({ seed: 3, data: { name: "lobster", graphs: 7 }, steps: expect.stringMatching(/captured|eager/) })
    expect(model.metadata["command"]).toMatch(/^scalewise-graph train --preset tree/)
    expect(model.config).toMatchObject({ process: "contraction", contraction: { singlePairs: true } })
    model.dispose()
    expect(await readFile(path.join(folder, "graph/whole/metrics.jsonl"), "utf8")).toContain('"stage":"skeleton"')

    const file = path.join(folder, "drawn.jsonl")
    const drawn = await runVerb(sampleVerb, ["--checkpoint", place, "--count", "3", "--nodes", "14", "--out", file, "--json"], app)
    expect(drawn.status, drawn.err).toBe(0)
    expect(JSON.parse(drawn.out)).toMatchObject({ file, count: 3, seed: 0 })
    const { graphs } = await readGraphs(file)
    expect(graphs.map(({ nodes, edges }) => [nodes, edges.length / 2])).toEqual([14, 14, 14].map((n) => [n, n - 1]))
    expect(graphs.every(isConnected)).toBe(true)
  })

  it("says in one sentence what is wrong", async () => {
    const cases: [string[], number, string][] = [
      [["--dataset", "nowhere.jsonl"], 3, "expected a file of graphs, got no such file"],
      [["--dataset", "nothing"], 2, "expected a file of graphs or one of planar"],
      [["--set", "contraction.widht=3"], 2, 'Did you mean "contraction.width"?'],
    ]
    for (const [argv, status, text] of cases) {
      const run = await train("--name", "wrong", ...steps(2), ...argv)
      expect([run.status, run.err]).toEqual([status, expect.stringContaining(text)])
      expect(run.err).not.toContain("    at ")
    }
    const sampled = await runVerb(sampleVerb, ["--checkpoint", path.join(folder, "none")], app)
    expect([sampled.status, sampled.err]).toEqual([3, expect.stringContaining("expected the folder of a graph model")])
    const named = await runVerb(sampleVerb, ["--checkpoint", path.join(folder, "none"), "--out", "graphs.foo"], app)
    expect([named.status, named.err]).toEqual([2, expect.stringContaining("expected a name that ends in .jsonl")])
    const settings = await runVerb(sampleVerb, ["--sampling", '{"splitRound":2}'], app)
    expect([settings.status, settings.err]).toEqual([2, expect.stringContaining("splitRound")])
  })
})
