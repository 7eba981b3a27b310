import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { saveCheckpoint, selectBackend, tf } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { inspectVerb } from "./inspect-verb.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "inspect-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(inspectVerb, argv, { name: "scalewise-graph", domain: "graph" })

async function file(name: string, content: string): Promise<string> {
  await writeFile(path.join(folder, name), content)
  return path.join(folder, name)
}

const path3 = '{"nodes":["C","O","C"],"edges":[[0,1],[1,2]],"split":"train"}'
const again = '{"nodes":["O","C","C"],"edges":[[0,1],[0,2]],"split":"test"}'
const loose = '{"nodes":["C"],"edges":[],"split":"test"}'

describe("inspect", () => {
  it("tells counts, sizes, degrees, connectivity, labels and duplicates, to people and to programs", async () => {
    const set = await file("set.jsonl", [again, path3, loose, path3].join("\n"))
    const json = await run(set, "--json")
    expect(json.status).toBe(0)
    expect(JSON.parse(json.out)).toMatchObject({
      path: set,
      kind: "graphs",
      count: 4,
      vocabulary: { nodes: ["C", "O"], edges: [] },
      parts: [
        { name: "train", count: 2, trees: 2, duplicates: { distinct: 1, alsoIn: { test: 2 } } },
        { name: "test", count: 2, isolatedNodes: 1, nodes: { min: 1, mean: 2, max: 3 }, duplicates: { distinct: 2, alsoIn: { train: 1 } } },
      ],
      all: { connected: 4, planar: 4, degrees: [1, 6, 3], nodeLabels: [7, 3], duplicates: { distinct: 2 } },
      faults: [],
    })
    const text = await run(set)
    expect(text.out).toMatch(/set\.jsonl: 4 graphs, 2 labels of nodes\n\n +train +test +all\ngraphs +2 +2 +4\n/)
    expect(text.out).toMatch(/\ndistinct \(by isomorphism\) +1 +2 +2\nalso in train +1\nalso in test +2\n/)
    expect(text.out).toMatch(/\nlabel of a node +count +share\nC +7 +70\.00 %\nO +3 +30\.00 %\n/)
    expect(text.err).toBe("")
    expect((await run(set, "--no-duplicates")).out).not.toContain("distinct")
  })

  it("names what is broken by its line; --strict makes it exit status 3, --simplify mends it", async () => {
    const set = await file("set.jsonl", '{"n":2,"edges":[0,1,1,1]}\n{"n":2,"edges":[0,1]}\nhello\n')
    const found = await run(set)
    expect([found.status, found.err]).toEqual([0, expect.stringMatching(/2 faults; the first: .*line 1: expected no self-loops, got 1-1/)])
    expect((await run(set, "--strict")).status).toBe(3)
    const { out, err } = await run(set, "--simplify", "--json")
    expect(JSON.parse(out)).toMatchObject({ count: 2, all: { edges: { max: 1 } }, faults: [expect.stringContaining("line 3")] })
    expect(err).toMatch(/line 3: expected JSON/)
  })

  it("makes the sets of generators by name and seed", async () => {
    const tree = await run("tree", "--count", "10", "--nodes", "12", "--seed", "3", "--json")
    expect(JSON.parse(tree.out)).toMatchObject({ parts: [{ name: "train", count: 6 }, { count: 2 }, { count: 2 }], all: { trees: 10 } })
    expect((await run("tree", "--count", "10")).out).toMatch(/^tree: 10 generated graphs, 64 % to train on/)
    expect(tree.out).not.toBe((await run("tree", "--count", "10", "--nodes", "12", "--seed", "4", "--json")).out)
    const unknown = await run("trees")
    expect([unknown.status, unknown.out, unknown.err]).toEqual([
      2,
      "",
      expect.stringMatching(/one of planar, sbm, tree, .*, got "trees"\n$/),
    ])
  })

  it("tells what a checkpoint is", async () => {
    await selectBackend({ prefer: "cpu" })
    const tensors = { "a.w": tf.tensor1d([1, NaN]) }
    await saveCheckpoint(folder, { kind: "toy", config: {}, tensors })
    tf.dispose(tensors)
    const found = await run(folder, "--strict")
    expect([found.status, found.out]).toEqual([3, expect.stringMatching(/checkpoint of "toy"/)])
    expect((await run(path.join(folder, "model.safetensors"), "--no-values", "--strict")).status).toBe(0)
  })

  it("says in one sentence what it cannot read, with exit status 3", async () => {
    for (const [at, message] of [
      [path.join(folder, "nowhere.jsonl"), /got no such file/],
      [folder, /expected a file of graphs, or a folder with the files of QM9/],
      [await file("empty.jsonl", ""), /got none at all/],
      [await file("photo.png", "x"), /the ending "\.png"/],
      [await file("cut.gexf", "<gexf><graph>"), /expected well-formed XML/],
    ] as const) {
      const { status, out, err } = await run(at)
      expect([status, out, err.trim().split("\n").length]).toEqual([3, "", 1])
      expect(err).toMatch(message)
    }
  })
})
