import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { randomStream } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { openGraphDataset } from "./open-graph-dataset.ts"
import { writeGraphs } from "./write-graphs.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dataset-"))
})
afterAll(() => rm(folder, { recursive: true }))

const random = randomStream(5)
// Graph i has i + 1 nodes
const numbered = (count: number) => Array.from({ length: count }, (_, i) => packedGraph(i + 1, []))
const sizes = (graphs: readonly { nodes: number }[]) => graphs.map(({ nodes }) => nodes)

async function stored(splits: readonly (string | undefined)[]): Promise<string> {
  const file = path.join(folder, "set.jsonl.gz")
  await writeGraphs(file, numbered(splits.length), { splits })
  return file
}

describe("openGraphDataset", () => {
  it("makes a set by its name", async () => {
    const { name, splits } = await openGraphDataset("tree", { random, count: 5, nodes: 6 })
    expect([name, sizes(splits.train), sizes(splits.validation), sizes(splits.test)]).toEqual(["tree", [6, 6, 6], [6], [6]])
  })

  it("divides a file as it says", async () => {
    const { name, splits, origin } = await openGraphDataset(await stored(["test", "train", "Valid", "train"]), { random })
    expect([name, sizes(splits.train), sizes(splits.validation), sizes(splits.test)]).toEqual(["set", [2, 4], [3], [1]])
    expect(origin).toBe("4 graphs of set.jsonl.gz, divided as the file says")
  })

  it("holds validation graphs out where a file has none, and says so", async () => {
    const file = await stored([...Array.from({ length: 10 }, () => "train"), "test"])
    const { splits, origin } = await openGraphDataset(file, { random })
    expect([splits.train.length, splits.validation.length, sizes(splits.test)]).toEqual([8, 2, [11]])
    expect(sizes([...splits.train, ...splits.validation]).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(origin).toMatch(/with 2 of its 10 training graphs, drawn at random, held out for validation/)
    const whole = await openGraphDataset(file, { random, validationShare: 0 })
    expect([sizes(whole.splits.train), whole.splits.validation]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], []])
  })

  it("divides an undivided file by the stream, and says so", async () => {
    const file = await stored(Array.from({ length: 25 }, () => undefined))
    const open = async (seed: number) => (await openGraphDataset(file, { random: randomStream(seed) })).splits
    const { train, validation, test } = await open(1)
    expect([train.length, validation.length, test.length]).toEqual([16, 4, 5])
    expect(new Set(sizes([...train, ...validation, ...test])).size).toBe(25)
    expect(await open(1)).toEqual({ train, validation, test })
    expect(sizes((await open(2)).train)).not.toEqual(sizes(train))
    expect((await openGraphDataset(file, { random })).origin).toMatch(/divided at random into 64 % train/)
  })

  it("refuses what it does not know", async () => {
    await expect(openGraphDataset("trees", { random })).rejects.toThrow(/expected a file of graphs or one of planar, .*, got "trees"/)
    await expect(openGraphDataset("no/where.jsonl", { random })).rejects.toMatchObject({ name: "DataError" })
    await expect(openGraphDataset(folder, { random })).rejects.toThrow(/got another folder; name a file in it/)
    await expect(openGraphDataset(await stored(["train", "s"]), { random })).rejects.toThrow(/got s for graph "1"; name the right field/)
    await expect(openGraphDataset(await stored([undefined, undefined]), { random })).rejects.toThrow(/expected at least 3 graphs/)
  })

  it.skipIf(!sharedFolder())("opens the published sets", async () => {
    const { splits } = await openGraphDataset(path.join(sharedFolder()!, "data/graph/planar64.jsonl.gz"), { random })
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([128, 32, 40])
  })
})
