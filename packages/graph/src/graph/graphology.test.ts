import { DirectedGraph, MultiUndirectedGraph, UndirectedGraph } from "graphology"
import { describe, expect, it } from "vitest"
import { fromGraphology, toGraphology } from "./graphology.ts"
import { packedGraph } from "./packed-graph.ts"

const vocabulary = { nodes: ["C", "O"], edges: ["single", "double"] }
const molecule = packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 0, 1], edgeLabels: [0, 1] })

describe("graphology", () => {
  it("gives back what it was given, labels by the names of their attributes", () => {
    const instance = toGraphology(molecule, { vocabulary, nodeAttribute: "element", edgeAttribute: "order" })
    expect(instance.nodes()).toEqual(["0", "1", "2"])
    expect(instance.getNodeAttributes("2")).toEqual({ element: "O" })
    expect(instance.getEdgeAttribute("2", "1", "order")).toBe("double")
    const back = fromGraphology([instance], { vocabulary, nodeAttribute: "element", edgeAttribute: "order" })
    expect(back).toEqual({ graphs: [molecule], ids: ["0"], splits: [undefined], vocabulary, faults: [] })
    expect(fromGraphology([instance]).graphs).toEqual([packedGraph(3, [0, 1, 1, 2])])
  })

  it("takes nodes of any name in their order, and finds the categories of all graphs", () => {
    const graph = new UndirectedGraph()
    for (const node of ["z", "a", "k"]) graph.addNode(node, { label: node === "a" ? 2 : 1 })
    graph.addEdge("k", "z")
    graph.setAttribute("id", "first")
    graph.setAttribute("split", "test")
    const other = new UndirectedGraph()
    other.addNode("only", { label: 0 })
    const { graphs, ids, splits, vocabulary: found } = fromGraphology([graph, other])
    expect(graphs).toEqual([packedGraph(3, [0, 2], { nodeLabels: [1, 2, 1] }), packedGraph(1, [], { nodeLabels: [0] })])
    expect([ids, splits, found]).toEqual([["first", "1"], ["test", undefined], { nodes: ["0", "1", "2"], edges: [] }])
  })

  it("refuses directed edges, self-loops, parallel edges and strange categories, or simplifies", () => {
    const directed = new DirectedGraph()
    directed.mergeEdge("a", "b")
    expect(() => fromGraphology([directed])).toThrow("fromGraphology, graph 0: expected undirected edges, got directed ones")
    directed.mergeEdge("b", "a")
    directed.mergeEdge("b", "b")
    const parallel = new MultiUndirectedGraph()
    parallel.mergeNode("a")
    parallel.mergeNode("b")
    parallel.addEdge("a", "b")
    parallel.addEdge("b", "a")
    expect(() => fromGraphology([parallel])).toThrow("expected every edge once, got 1-0 again")
    expect(fromGraphology([directed, parallel], { simplify: true }).graphs).toEqual([packedGraph(2, [0, 1]), packedGraph(2, [0, 1])])
    const strange = new UndirectedGraph()
    strange.addNode("a", { label: {} })
    expect(() => fromGraphology([strange])).toThrow('a text or a number in the attribute "label", got object')
    expect(() => toGraphology(molecule)).toThrow("a name for label 0, got 0 names")
  })
})
