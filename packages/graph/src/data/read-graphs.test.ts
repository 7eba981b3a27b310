import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { sharedFolder } from "@scalewise/nn/testing"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { edgeCount, isConnected, packedGraph } from "../graph/packed-graph.ts"
import type { ReadGraphsOptions } from "./graph-file.ts"
import { readGraphs } from "./read-graphs.ts"
import { writeGraphs } from "./write-graphs.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "graphs-"))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: string | Uint8Array, options: ReadGraphsOptions = {}, name = "a.jsonl") {
  const file = path.join(folder, name)
  await writeFile(file, content)
  const found = await readGraphs(file, options)
  return { ...found, faults: found.faults.map((fault) => fault.replace(`${folder}/`, "")) }
}

const fault = async (line: string, options: ReadGraphsOptions = {}): Promise<string> => {
  const { faults, graphs } = await read(`{"n":2,"edges":[0,1]}\n${line}\n`, options)
  expect(graphs).toHaveLength(1)
  expect(faults).toHaveLength(1)
  expect(faults[0]).not.toContain("\n")
  return faults[0]!
}

describe("readGraphs of JSON lines", () => {
  it("reads flat lists of ends with ids and splits", async () => {
    const { graphs, ids, splits, vocabulary, faults } = await read(
      '\uFEFF{"id":7,"n":3,"edges":[2,1,0,1],"split":"test"}\r\n\r\n{"n":1,"edges":[]}',
    )
    expect(graphs).toEqual([packedGraph(3, [0, 1, 1, 2]), packedGraph(1, [])])
    expect([ids, splits, vocabulary, faults]).toEqual([["7", "1"], ["test", undefined], { nodes: [], edges: [] }, []])
    const other = await read('{"n":1,"edges":[],"split_digress":"val"}', { splitField: "split_digress" })
    expect(other.splits).toEqual(["val"])
  })

  it("reads labels, edges as pairs or objects, and ends that are ids", async () => {
    const { graphs, vocabulary } = await read(
      [
        '{"nodes":["O","C",{"label":"C"}],"edges":[[2,1,"double"],[0,1,"single"]]}',
        '{"nodes":[{"id":"a","label":"N"},{"id":"b","label":"C"}],"links":[{"source":"b","target":"a","label":"single"}]}',
      ].join("\n"),
    )
    expect(vocabulary).toEqual({ nodes: ["C", "N", "O"], edges: ["double", "single"] })
    expect(graphs).toEqual([
      packedGraph(3, [0, 1, 1, 2], { nodeLabels: [2, 0, 0], edgeLabels: [1, 0] }),
      packedGraph(2, [0, 1], { nodeLabels: [1, 0], edgeLabels: [1] }),
    ])
  })

  it("gives the categories of a vocabulary, and leaves an attribute with an empty list unread", async () => {
    const line = '{"nodes":["O","C"],"edges":[[0,1,"x"]]}'
    const { graphs } = await read(line, { vocabulary: { nodes: ["N", "C", "O"], edges: [] } })
    expect(graphs).toEqual([packedGraph(2, [0, 1], { nodeLabels: [2, 1] })])
  })

  it("reads gzip by its bytes, and JSON files of one graph or many", async () => {
    expect((await read(gzipSync('{"n":2,"edges":[0,1]}'), {}, "b.jsonl.gz")).graphs).toHaveLength(1)
    expect((await read('[{"n":1,"edges":[]},\n{"n":2,"edges":[0,1]}]', {}, "b.json")).graphs).toHaveLength(2)
    expect((await read('{"n":2,\n"edges":[[0,1]]}', {}, "b.json")).graphs).toHaveLength(1)
  })

  it("leaves out what is broken and names its line", async () => {
    expect(await fault('{"n":2,"edges":[0,')).toMatch(/^a\.jsonl, line 2: expected JSON, got/)
    expect(await fault('{"n":2,"edges":[0,1,1]}')).toMatch(/line 2: expected two ends for every edge, got a list of 3 ends/)
    expect(await fault('{"n":2,"edges":[0,2]}')).toMatch(/expected edges between the nodes 0 to 1, got 0-2/)
    expect(await fault('{"n":2,"edges":[0,0.5]}')).toMatch(/expected the position of a node as end of an edge, got 0\.5/)
    expect(await fault('{"n":2,"edges":[[0,1,"a","b"]]}')).toMatch(/expected an edge as \[u, v\]/)
    expect(await fault('{"n":0,"edges":[]}')).toMatch(/expected at least one node, got 0/)
    expect(await fault('{"n":1e12,"edges":[]}')).toMatch(/expected at most 1048576 nodes/)
    expect(await fault('{"edges":[]}')).toMatch(/expected a count "n" or a list "nodes", got nothing/)
    expect(await fault('{"n":2}')).toMatch(/expected a list "edges", got nothing/)
    expect(await fault("[1]")).toMatch(/expected an object with nodes and edges, got \[1\]/)
    expect(await fault('{"n":1,"edges":[],"split":{}}')).toMatch(/expected the name of a split in "split", got \{\}/)
    expect(await fault('{"nodes":[{"id":1},{}],"edges":[]}')).toMatch(/expected ids for all nodes or none/)
  })

  it("refuses what is no simple undirected graph and names the option that helps", async () => {
    const bad = ['{"n":2,"edges":[1,1]}', '{"n":2,"edges":[0,1,1,0]}', '{"n":2,"edges":[0,1],"directed":true}']
    expect(await fault(bad[0]!)).toMatch(/no self-loops, got 1-1; read it with simplify/)
    expect(await fault(bad[1]!)).toMatch(/every edge once, got 1-0 again; read it with simplify/)
    expect(await fault(bad[2]!)).toMatch(/undirected edges, got directed ones; read it with simplify/)
    const { graphs, faults } = await read(bad.join("\n"), { simplify: true })
    expect([graphs.map(edgeCount), faults]).toEqual([[0, 1, 1], []])
    const labelled = await read('{"n":2,"edges":[[1,1,"a"],[0,1,"b"],[1,0,"c"]]}', {
      simplify: true,
      vocabulary: { nodes: [], edges: ["c", "b"] },
    })
    expect([...labelled.graphs[0]!.edgeLabels!]).toEqual([1])
  })

  it("refuses labels outside the vocabulary and graphs without", async () => {
    const vocabulary = { nodes: ["C"], edges: ["x"] }
    const ok = '{"nodes":["C"],"edges":[]}'
    const { faults } = await read([ok, '{"nodes":["Q"],"edges":[]}', '{"nodes":["C","C"],"edges":[[0,1]]}'].join("\n"), { vocabulary })
    expect(faults[0]).toMatch(/line 2: expected labels of nodes among C, got "Q"; give a vocabulary/)
    expect(faults[1]).toMatch(/line 3: expected labels of edges among x, got none for edge 0/)
    const names = Array.from({ length: 257 }, (_, i) => i)
    await expect(read(JSON.stringify({ nodes: names, edges: [] }))).rejects.toThrow(/at most 256 different labels of nodes, got 257/)
  })

  it("keeps disconnected graphs whole, or their largest component", async () => {
    const line = '{"nodes":["a","b","c","b"],"edges":[[1,3,"x"]]}'
    expect(isConnected((await read(line)).graphs[0]!)).toBe(false)
    const { graphs } = await read(line, { largestComponent: true })
    expect(graphs).toEqual([packedGraph(2, [0, 1], { nodeLabels: [1, 1], edgeLabels: [0] })])
  })

  it("refuses a file without graphs, of another kind, damaged or missing, and with strict the first fault", async () => {
    await expect(read("\n \n")).rejects.toThrow(/a\.jsonl: expected graphs that can be read, got none at all/)
    await expect(read("x\ny")).rejects.toThrow(/got 2 that cannot be; the first: .*line 1: expected JSON/)
    await expect(read('{"n":1,"edges":[]}\nx', { strict: true })).rejects.toThrow(/line 2: expected JSON, got "x"/)
    await expect(read("", {}, "a.pkl")).rejects.toThrow(/expected a file of graphs \(\.jsonl.*got the ending "\.pkl"/)
    await expect(read(gzipSync("abc").subarray(0, 15), {}, "c.jsonl.gz")).rejects.toThrow(/expected an intact gzip file/)
    await expect(readGraphs(path.join(folder, "none.jsonl"))).rejects.toMatchObject({ name: "DataError" })
  })

  it.skipIf(!sharedFolder())("reads the published sets", async () => {
    const file = path.join(sharedFolder()!, "data/graph/sbm.jsonl.gz")
    const { graphs, splits, faults } = await readGraphs(file, { strict: true })
    expect([graphs.length, faults.length, graphs.filter((graph) => !isConnected(graph)).length]).toEqual([200, 0, 4])
    expect(["train", "val", "test"].map((name) => splits.filter((split) => split === name).length)).toEqual([128, 32, 40])
  })
})

describe("writeGraphs", () => {
  it("writes lines that read back as they were", async () => {
    const vocabulary = { nodes: ["C", "N"], edges: ["x", "y", "z"] }
    const file = path.join(folder, "back.jsonl.gz")
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat(2)),
        fc.boolean(),
        fc.boolean(),
        async (nodes, draws, n, e) => {
          const next = (): number => draws.next().value as number
          const pairs = Array.from({ length: nodes * nodes }, (_, i) => [Math.floor(i / nodes), i % nodes])
            .filter(([u, v]) => u! < v! && next() === 0)
            .flat()
          const graph = packedGraph(nodes, pairs, {
            ...(n && { nodeLabels: Array.from({ length: nodes }, () => next() % 2) }),
            ...(e && { edgeLabels: Array.from({ length: pairs.length / 2 }, next) }),
          })
          await writeGraphs(file, [graph], { vocabulary, ids: ["a-1"], splits: ["train"] })
          const used = { nodes: n ? vocabulary.nodes : [], edges: e ? vocabulary.edges : [] }
          const back = await readGraphs(file, { strict: true, vocabulary: used })
          expect(back).toEqual({ graphs: [graph], ids: ["a-1"], splits: ["train"], vocabulary: used, faults: [] })
        },
      ),
      { numRuns: 50 },
    )
  })

  it.skipIf(!sharedFolder())("writes a published set as it is", async () => {
    const source = path.join(sharedFolder()!, "data/graph/tree64.jsonl.gz")
    const { graphs, ids, splits } = await readGraphs(source)
    const file = path.join(folder, "tree.jsonl")
    await writeGraphs(file, graphs, { ids, splits })
    expect(await readFile(file, "utf8")).toBe(gunzipSync(await readFile(source)).toString())
  })

  it("refuses other endings and labels without names", async () => {
    await expect(writeGraphs(path.join(folder, "a.png"), [])).rejects.toThrow(/expected a name that ends in .*a\.png/)
    const graph = packedGraph(1, [], { nodeLabels: [3] })
    await expect(writeGraphs(path.join(folder, "a.jsonl"), [graph])).rejects.toThrow(/a name for label 3 of the nodes, got 0 names/)
  })
})
