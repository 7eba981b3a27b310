import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { writeGraphs } from "@scalewise/graph"
import { randomStream } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { evaluateVerb } from "./evaluate-verb.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "evaluate-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(evaluateVerb, argv, { name: "scalewise-graph", domain: "graph" })

async function file(name: string, lines: readonly unknown[]): Promise<string> {
  await writeFile(path.join(folder, name), lines.map((line) => JSON.stringify(line)).join("\n"))
  return path.join(folder, name)
}

/** A random tree: every node is hung on an earlier one. */
const tree = (nodes: number, seed: number): number[] =>
  Array.from({ length: nodes - 1 }, (_, i) => [
    randomStream("trees")
      .fold(seed)
      .fold(i)
      .integers(1, i + 1)[0]!,
    i + 1,
  ]).flat()

const trees = (count: number, first: number) =>
  Array.from({ length: count }, (_, i) => ({ n: 8 + ((first + i) % 5), edges: tree(8 + ((first + i) % 5), first + i) }))

const dataset = () =>
  file("data.jsonl", [
    ...trees(24, 0).map((graph) => ({ ...graph, split: "train" })),
    ...trees(12, 100).map((graph) => ({ ...graph, split: "test" })),
  ])

const keys = "baselines connected count floors isomorphicToTrain mmd novel pgd planar ratio sbmValid tree unique vun".split(" ")

describe("evaluate", () => {
  it("gives programs the documented keys, and people a table with floors and baselines", async () => {
    const reference = await dataset()
    const samples = await file("samples.jsonl", [...trees(8, 200), { n: 4, edges: [0, 1, 1, 2, 2, 3, 0, 3] }, { n: 3, edges: [0, 1] }])
    const options = ["--samples", samples, "--reference", reference, "--validity", "tree", "--draws", "3"]
    const json = await run(...options, "--json", "--quiet")
    expect([json.status, json.err]).toEqual([0, ""])
    const found = JSON.parse(json.out) as Record<string, unknown>
    expect(Object.keys(found).sort()).toEqual(keys)
    expect(found).toMatchObject({
      count: 10,
      connected: 0.9,
      planar: 0.9,
      tree: 0.8,
      sbmValid: 0,
      floors: {
        validity: "tree",
        train: { count: 24, tree: 1 },
        reference: { count: 12, tree: 1 },
        perfect: [{ count: 10 }, { count: 200 }],
      },
      baselines: { erdosRenyi: { count: 10 }, blockResample: { count: 10 } },
    })
    const text = await run(...options)
    expect(text.err).toContain("10 graphs of")
    expect(text.err).toContain('against the 12 graphs of split "test"')
    expect(text.out).toMatch(/^ +10 samples +10 random train +200 random train +all 24 train +12 reference +Erdos-Renyi +block resample\n/)
    expect(text.out).toMatch(/\n {2}degree +\d\.\d{4} +\d\.\d{4} ± \d\.\d{4} /)
    expect(text.out).toMatch(/\n {2}tree +80 % +100 % +100 % /)
    expect(text.out).toMatch(/\n {2}V\.U\.N\. \(valid: tree\) +\d/)
    expect((await run(...options, "--json", "--quiet")).out).toBe(json.out)
    expect((await run(...options, "--json", "--quiet", "--seed", "5")).out).not.toBe(json.out)
  }, 120_000)

  it("compares with all of a file without splits, without floors", async () => {
    const reference = await file("all.jsonl", trees(9, 0))
    const { status, out, err } = await run("--samples", reference, "--reference", reference, "--json")
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      count: 9,
      novel: null,
      vun: null,
      ratio: null,
      baselines: null,
      floors: { train: null, perfect: [] },
    })
    expect(err).toMatch(/against all 9 graphs of .*; it has no split "train": no floors, baselines and novelty/)
  })

  it("matches labels by name, and forgets a kind that one file lacks", async () => {
    const chain = (nodes: string[], split?: string) => ({ nodes, edges: [[0, 1], [1, 2]], ...(split !== undefined && { split }) }) // prettier-ignore
    const reference = await file("labelled.jsonl", [chain(["O", "C", "C"], "train"), chain(["C", "C", "C"], "test")])
    const novel = async (...lines: unknown[]) => {
      const { out } = await run("--samples", await file("samples.jsonl", lines), "--reference", reference, "--json", "--quiet")
      return (JSON.parse(out) as { novel: number }).novel
    }
    // Alone in their file, "O" and "X" get other numbers than in the reference
    expect(await novel(chain(["C", "C", "O"]), chain(["C", "O", "C"]), chain(["O", "O", "O"]), chain(["X", "C", "C"]))).toBe(0.75)
    expect(await novel({ n: 3, edges: [0, 1, 1, 2] })).toBe(0)
  })

  it("judges molecules by their chemistry too", async () => {
    const molecules = path.join(folder, "molecules.smi")
    await writeFile(molecules, ["CCO train", "CCN train", "CC=O train", "C1CC1 train", "CCC test", "CCOC test"].join("\n"))
    const samples = path.join(folder, "samples.smi")
    await writeFile(samples, ["OCC", "CCCC", "None", "CC#N"].join("\n"))
    const json = await run("--samples", samples, "--reference", molecules, "--json")
    expect(json.err).toMatch(/line 3: expected a SMILES that RDKit can read, got "None"/)
    expect(JSON.parse(json.out)).toMatchObject({ count: 3, novel: 2 / 3, molecules: { count: 4, unreadable: 1, valid: 0.75, vun: 0.5 } })
    const text = await run("--samples", samples, "--reference", molecules, "--quiet")
    expect(text.out).toMatch(/\nAs molecules, 4 samples \(1 unreadable\), against 4 training, 2 test molecules\n/)
    expect(text.out).toMatch(/\nvalid +75 %/)
  }, 120_000)

  it("says in one sentence what is wrong, with the status of its kind", async () => {
    const [reference, empty] = [await dataset(), await file("empty.jsonl", [])]
    await writeGraphs(path.join(folder, "one.jsonl"), [{ nodes: 2, edges: Int32Array.of(0, 1) }])
    const one = path.join(folder, "one.jsonl")
    for (const [argv, status, message] of [
      [["--reference", reference], 2, /expected --samples with a file of graphs, got none/],
      [["--samples", one], 2, /expected --reference/],
      [["--samples", one, "--reference", reference, "--validity", "round"], 2, /round/],
      [["--samples", empty, "--reference", reference], 3, /got none at all/],
      [["--samples", path.join(folder, "nowhere.jsonl"), "--reference", reference], 3, /nowhere\.jsonl/],
      [
        ["--samples", one, "--reference", reference, "--test-split", "val"],
        3,
        /split "val", got the splits train, test; name another with --test-split/,
      ],
      [["--samples", one, "--reference", one, "--test-split", "test"], 3, /got a file without splits/],
    ] as const) {
      const found = await run(...argv)
      expect([found.status, found.out, found.err.trim().split("\n").length]).toEqual([status, "", 1])
      expect(found.err).toMatch(message)
    }
  })
})
