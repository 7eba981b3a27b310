import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { afterEach, beforeEach, expect, it } from "vitest"
import { describeVerb } from "./describe-verb.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "describe-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(describeVerb, argv, { name: "scalewise-graph", domain: "graph" })

it("describes every graph, to people and to programs, and names what it left out", async () => {
  const file = path.join(folder, "graphs.jsonl")
  await writeFile(file, '{"id":"tail","n":4,"edges":[0,1,0,2,1,2,2,3],"split":"train"}\n{"n":2,"edges":[0,0]}\n{"n":2,"edges":[]}\n')
  const json = await run(file, "--json", "--quiet")
  expect(json.status).toBe(0)
  expect(JSON.parse(json.out)).toMatchObject({
    file,
    count: 2,
    graphs: [
      {
        id: "tail",
        split: "train",
        nodes: 4,
        edges: 4,
        degreeHistogram: [0, 1, 2, 1],
        orbitTotals: [8, 4, 2, 3, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0],
        laplacianSpectrum: [expect.closeTo(0, 12), expect.closeTo(0.7713, 4), expect.closeTo(1.5, 12), expect.closeTo(1.7287, 4)],
        triangles: 1,
        connected: true,
        planar: true,
      },
      { id: "2", split: null, nodes: 2, degreeHistogram: [2], laplacianSpectrum: [0, 0], connected: false },
    ],
    faults: [expect.stringContaining("line 2: expected no self-loops")],
  })
  const text = await run(file)
  expect(text.out).toMatch(/graphs\.jsonl: 2 graphs\n\ngraph +nodes +edges +largest degree +triangles/)
  expect(text.out).toMatch(/\ntail +4 +4 +3 +1 +0\.583 +0\.7713 +1\.7287 +yes +yes\n/)
  expect(text.err).toMatch(/line 2: expected no self-loops/)
}, 120_000)

it("shows the first graphs of many, and refuses what is no graph file", async () => {
  const many = path.join(folder, "many.jsonl")
  await writeFile(many, Array.from({ length: 45 }, () => '{"n":2,"edges":[0,1]}').join("\n"))
  expect((await run(many)).out).toMatch(/\nand 5 more; --json has all/)
  const { status, err } = await run(path.join(folder, "nowhere.jsonl"))
  expect([status, err.trim().split("\n").length]).toEqual([3, 1])
})
