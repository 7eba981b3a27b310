import { adjacencyOf, type Adjacency, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { atomsOf, bondOrdersOf, bondOrderSums, impliedHydrogens, type Atom } from "./valence.ts"

/** Atoms that stand without brackets. */
const organic = new Set(["B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I"])
const bondSigns = ["", "", "=", "#"]

/** One connected part of a molecule. */
export interface Fragment {
  readonly smiles: string
  readonly atoms: number
}

/**
 * Kekule SMILES of graphs of one vocabulary, written atom by atom from node 0 on: not canonical, hydrogens implied, no stereo marks. An
 * atom with too many bonds is written all the same, so that RDKit can refuse it.
 *
 * @returns a function from a graph to its fragments, in the order of their first nodes
 * @throws ConfigError for a vocabulary that is none of molecules
 */
export function smilesWriter(vocabulary: GraphVocabulary): (graph: PackedGraph) => Fragment[] {
  const atoms = atomsOf(vocabulary)
  const orders = bondOrdersOf(vocabulary)
  return (graph) => {
    const adjacency = adjacencyOf(graph)
    const sums = bondOrderSums(graph, orders)
    const texts = Array.from({ length: graph.nodes }, (_, v) => atomText(atoms[graph.nodeLabels![v]!]!, sums[v]!))
    const signs = Array.from(graph.edgeLabels ?? [], (label) => bondSigns[orders[label]!]!)
    const children: number[][] = texts.map(() => [])
    const closures: number[][] = texts.map(() => [])
    const order = new Int32Array(graph.nodes).fill(-1)
    const fragments: Fragment[] = []
    let visited = 0
    for (let root = 0; root < graph.nodes; root++) {
      if (order[root]! >= 0) continue
      const before = visited
      visited = spanningTree(root, { adjacency, children, closures, order, visited })
      fragments.push({ smiles: write(root, { adjacency, children, closures, texts, signs }), atoms: visited - before })
    }
    return fragments
  }
}

/** The SMILES of a graph, its fragments joined by dots; see `smilesWriter`. */
export const smilesOf = (graph: PackedGraph, vocabulary: GraphVocabulary): string =>
  smilesWriter(vocabulary)(graph)
    .map(({ smiles }) => smiles)
    .join(".")

function atomText(atom: Atom, sum: number): string {
  const { symbol, charge } = atom
  if (charge === 0 && organic.has(symbol)) return symbol
  const hydrogens = impliedHydrogens(atom, sum)
  const sign = charge === 0 ? "" : `${charge > 0 ? "+" : "-"}${Math.abs(charge) > 1 ? Math.abs(charge) : ""}`
  return `[${symbol}${hydrogens > 0 ? "H" : ""}${hydrogens > 1 ? hydrogens : ""}${sign}]`
}

interface Walk {
  readonly adjacency: Adjacency
  /** Edges to the nodes that are first reached from each node, in the order of visits. */
  readonly children: number[][]
  /** Edges that close a ring at each node. */
  readonly closures: number[][]
  readonly order: Int32Array
  readonly visited: number
}

/** Depth first from a root; returns how many nodes have been visited since the first root. */
function spanningTree(root: number, { adjacency, children, closures, order, visited }: Walk): number {
  const { offsets, neighbours, edgeOf } = adjacency
  const next = new Map([[root, offsets[root]!]])
  const arrivedBy = new Map([[root, -1]])
  const stack = [root]
  order[root] = visited++
  for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
    const i = next.get(v)!
    if (i === offsets[v + 1]) {
      stack.pop()
      continue
    }
    next.set(v, i + 1)
    const [w, edge] = [neighbours[i]!, edgeOf[i]!]
    if (edge === arrivedBy.get(v)) continue
    if (order[w]! < 0) {
      order[w] = visited++
      children[v]!.push(i)
      next.set(w, offsets[w]!)
      arrivedBy.set(w, edge)
      stack.push(w)
    } else if (order[w]! < order[v]!) {
      closures[v]!.push(edge)
      closures[w]!.push(edge)
    }
  }
  return visited
}

interface Script extends Pick<Walk, "adjacency" | "children" | "closures"> {
  /** Text of every atom. */
  readonly texts: readonly string[]
  /** Sign of every bond. */
  readonly signs: readonly string[]
}

function write(root: number, { adjacency, children, closures, texts, signs }: Script): string {
  const open = new Map<number, number>()
  const used = new Set<number>()
  const closure = (edge: number): string => {
    const opened = open.get(edge)
    if (opened !== undefined) {
      open.delete(edge)
      used.delete(opened)
      return ringNumber(opened)
    }
    let number = 1
    while (used.has(number)) number++
    used.add(number)
    open.set(edge, number)
    return signs[edge]! + ringNumber(number)
  }
  // A stack instead of recursion: a chain may be longer than calls can nest.
  const pending: (string | number)[] = [root]
  let text = ""
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (typeof item === "string") {
      text += item
      continue
    }
    // Closing ones first, so that their numbers are free again.
    const rings = closures[item]!.toSorted((a, b) => Number(open.has(b)) - Number(open.has(a)))
    text += texts[item]! + rings.map(closure).join("")
    const branches = children[item]!
    for (let c = branches.length - 1; c >= 0; c--) {
      const [to, sign] = [adjacency.neighbours[branches[c]!]!, signs[adjacency.edgeOf[branches[c]!]!]!]
      if (c === branches.length - 1) pending.push(to, sign)
      else pending.push(")", to, `(${sign}`)
    }
  }
  return text
}

const ringNumber = (number: number): string => (number < 10 ? String(number) : number < 100 ? `%${number}` : `%(${number})`)
