import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import type { ReadGraphsOptions } from "./graph-file.ts"
import { readGraphs } from "./read-graphs.ts"
import { writeGraphs } from "./write-graphs.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "formats-"))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

async function read(name: string, content: string, options: ReadGraphsOptions = {}) {
  const file = path.join(folder, name)
  await writeFile(file, content)
  return readGraphs(file, { strict: true, ...options })
}

describe("edge lists", () => {
  it("divides graphs by blank lines and by headings with names", async () => {
    const { graphs, ids } = await read("a.txt", "# a comment\n# graph one\n10 2\n2\t3\n\n\n% another\nb,a\na,c\n#Graph: last\n5\n")
    expect(graphs).toEqual([packedGraph(3, [0, 1, 0, 2]), packedGraph(3, [0, 1, 1, 2]), packedGraph(1, [])])
    expect(graphs[0]!.edges).toEqual(Int32Array.from([0, 1, 0, 2]))
    expect(ids).toEqual(["one", "1", "last"])
  })

  it("reads a third field as label, and skips headings and empty attributes", async () => {
    const { graphs, vocabulary } = await read("a.csv", "source,target,kind\n1,2,x\n2;3;y\n")
    expect(graphs).toEqual([packedGraph(3, [0, 1, 1, 2], { edgeLabels: [0, 1] })])
    expect(vocabulary.edges).toEqual(["x", "y"])
    expect((await read("a.edgelist", "0 1 {}\n1 2 {}")).graphs[0]!.edgeLabels).toBeUndefined()
    await expect(read("a.edges", "1 2\n\n1 2\n1 2 3 4")).rejects.toThrow(/a\.edges, graph 2: expected two ends .* on line 4, got 4 fields/)
    await expect(read("a.edges", "1 2\n2 1")).rejects.toThrow(/graph 1: expected every edge once/)
    await expect(read("a.edges", "# nothing\n")).rejects.toThrow(/got none at all/)
  })
})

describe("GraphML and GEXF", () => {
  const vocabulary = { nodes: ["<C>", "O"], edges: ["double", "single"] }
  const graphs = [
    packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 0, 1], edgeLabels: [1, 0] }),
    packedGraph(2, [0, 1], { nodeLabels: [1, 1], edgeLabels: [1] }),
  ]

  it.each(["set.graphml", "set.gexf", "set.gexf.gz"])("%s reads back as it was written", async (name) => {
    const file = path.join(folder, name)
    await writeGraphs(file, graphs, { vocabulary, ids: ["a", "b"], splits: ["train", undefined] })
    expect(await readGraphs(file)).toEqual({ graphs, ids: ["a", "b"], splits: ["train", undefined], vocabulary, faults: [] })
    const plain = [packedGraph(4, [0, 2])]
    await writeGraphs(file, plain)
    expect(await readGraphs(file)).toEqual({
      graphs: plain,
      ids: ["0"],
      splits: [undefined],
      vocabulary: { nodes: [], edges: [] },
      faults: [],
    })
  })

  it("reads several <graph> of a GraphML file, keys and ids included", async () => {
    const graph = (id: string, kind: string) =>
      `<graph id="${id}" edgedefault="undirected"><node id="x"><data key="k">${kind}</data></node><node id="y"><data key="k">1</data></node><edge source="x" target="y"/></graph>`
    const file = `<?xml version="1.0"?>\n<graphml><key id="k" for="node" attr.name="kind" attr.type="string"/>${graph("p", "2")}${graph("q", "1")}</graphml>`
    const { graphs: found, ids, vocabulary: kinds } = await read("two.graphml", file, { nodeAttribute: "kind" })
    expect(found.map(({ nodeLabels }) => [...nodeLabels!])).toEqual([
      [1, 0],
      [0, 0],
    ])
    expect([ids, kinds.nodes]).toEqual([
      ["p", "q"],
      ["1", "2"],
    ])
  })

  it("says in one sentence what is wrong, and nothing on the console", async () => {
    const spies = (["log", "warn", "error"] as const).map((method) => vi.spyOn(console, method))
    const file = path.join(folder, "whole.gexf")
    await writeGraphs(file, graphs, { vocabulary })
    const text = await readFile(file, "utf8")
    for (const [name, content, message] of [
      ["a.gexf", text.slice(0, -20), /a\.gexf: expected well-formed XML, got .* on line \d+/],
      ["a.gexf", "<gexf>\n<graph>\n</nodes></gexf>", /an end "<\/nodes>" without its beginning on line 3/],
      ["a.gexf", "<gexf>\n<graph x=1></graph></gexf>", /got "<graph x=1><.*" on line 2/],
      ["a.gexf", "hello", /expected XML with the root <gexf>, got none/],
      ["a.graphml", text, /expected XML with the root <graphml>, got <gexf>/],
      ["a.graphml", "<graphml></graphml>", /expected GraphML with a <graph>, got none/],
      [
        "a.graphml",
        '<graphml><graph><node id="1"/><edge source="1" target="2"/></graph></graphml>',
        /got an edge with an end that is no node/,
      ],
      ["a.graphml", '<graphml><graph><node id="1"/><node id="1"/></graph></graphml>', /expected GraphML of a graph, got "/],
      [
        "a.graphml",
        '<graphml><graph edgedefault="directed"><node id="1"/><node id="2"/><edge source="1" target="2"/></graph></graphml>',
        /undirected/,
      ],
      ["a.graphml", "<graphml><graph></graph></graphml>", /expected at least one node, got 0/],
    ] as const) {
      const error: unknown = await read(name, content).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ name: "DataError", message: expect.stringMatching(message) as unknown })
      expect((error as Error).message).not.toContain("\n")
    }
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
  })
})
