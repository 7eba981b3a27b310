import { adjacencyOf, edgeCount, type PackedGraph } from "../graph/packed-graph.ts"

/**
 * Whether the graph can be drawn in the plane without crossings; a disconnected one when all of its parts can. Linear in the number of
 * nodes: the left-right test of de Fraysseix and Rosenstiehl (1982), as Brandes ("The left-right planarity test", 2009) states it.
 */
export function isPlanar(graph: PackedGraph): boolean {
  if (graph.nodes > 2 && edgeCount(graph) > 3 * graph.nodes - 6) return false // Euler's formula
  return hasLeftRightPartition(graph, orient(graph))
}

const none = -1

/** The graph as a depth-first forest: every edge points down the tree, or back to an ancestor. */
interface Orientation {
  /** Distance of each node from its root. */
  readonly height: Int32Array
  readonly parentEdge: Int32Array
  readonly roots: readonly number[]
  readonly tail: Int32Array
  readonly head: Int32Array
  /** Height of the lowest node that each edge returns to. */
  readonly lowPoint: Int32Array
  /** Outgoing edges of node v are `edges[offsets[v] .. offsets[v + 1])`, by nesting depth. */
  readonly offsets: Int32Array
  readonly edges: Int32Array
}

/** First phase: orientation and low points. */
function orient(graph: PackedGraph): Orientation {
  const { nodes } = graph
  const count = edgeCount(graph)
  const rows = adjacencyOf(graph)
  const height = new Int32Array(nodes).fill(none)
  const parentEdge = new Int32Array(nodes).fill(none)
  const [tail, head] = [new Int32Array(count).fill(none), new Int32Array(count).fill(none)]
  const [lowPoint, secondLowPoint, nesting] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)]
  const roots: number[] = []
  const finish = (e: number): void => {
    const v = tail[e]!
    nesting[e] = 2 * lowPoint[e]! + (secondLowPoint[e]! < height[v]! ? 1 : 0) // a chordal edge lies outside
    const parent = parentEdge[v]!
    if (parent === none) return
    if (lowPoint[e]! < lowPoint[parent]!) {
      secondLowPoint[parent] = Math.min(lowPoint[parent]!, secondLowPoint[e]!)
      lowPoint[parent] = lowPoint[e]!
    } else secondLowPoint[parent] = Math.min(secondLowPoint[parent]!, lowPoint[e]! > lowPoint[parent]! ? lowPoint[e]! : secondLowPoint[e]!)
  }
  const next = rows.offsets.slice(0, nodes)
  for (let root = 0; root < nodes; root++) {
    if (height[root] !== none) continue
    height[root] = 0
    roots.push(root)
    const stack = [root]
    for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
      if (next[v] === rows.offsets[v + 1]) {
        stack.pop()
        if (parentEdge[v] !== none) finish(parentEdge[v]!)
        continue
      }
      const [w, e] = [rows.neighbours[next[v]!]!, rows.edgeOf[next[v]!]!]
      next[v]!++
      if (tail[e] !== none) continue
      tail[e] = v
      head[e] = w
      lowPoint[e] = secondLowPoint[e] = height[v]!
      if (height[w] === none) {
        parentEdge[w] = e
        height[w] = height[v]! + 1
        stack.push(w)
      } else {
        lowPoint[e] = height[w]!
        finish(e)
      }
    }
  }
  return { height, parentEdge, roots, tail, head, lowPoint, ...outgoing(nodes, tail, nesting) }
}

/** Outgoing edges of every node by nesting depth: two counting sorts. */
function outgoing(nodes: number, tail: Int32Array, nesting: Int32Array): Pick<Orientation, "offsets" | "edges"> {
  const byNesting = countingSort(Int32Array.from(nesting.keys()), nesting, 2 * nodes + 1)
  return { offsets: startsOf(tail, nodes), edges: countingSort(byNesting, tail, nodes) }
}

function startsOf(keys: Int32Array, bound: number): Int32Array {
  const starts = new Int32Array(bound + 1)
  for (const key of keys) starts[key + 1]!++
  for (let key = 0; key < bound; key++) starts[key + 1]! += starts[key]!
  return starts
}

function countingSort(items: Int32Array, keys: Int32Array, bound: number): Int32Array {
  const starts = startsOf(keys, bound)
  const sorted = new Int32Array(items.length)
  for (const item of items) sorted[starts[keys[item]!]!++] = item
  return sorted
}

/** Return edges that must lie on one side, from the highest to the lowest end; a chain of `reference`s leads from one to the next. */
interface Interval {
  low: number
  high: number
}

/** Two intervals that must lie on different sides. */
interface ConflictPair {
  left: Interval
  right: Interval
}

/** Second phase: whether every return edge gets a side. */
function hasLeftRightPartition(graph: PackedGraph, orientation: Orientation): boolean {
  const { height, parentEdge, roots, tail, head, lowPoint, offsets, edges } = orientation
  const lowPointEdge = new Int32Array(tail.length).fill(none)
  const reference = new Int32Array(tail.length).fill(none)
  const stackBottom: (ConflictPair | undefined)[] = Array.from({ length: tail.length })
  const pairs: ConflictPair[] = []

  const isEmpty = ({ low, high }: Interval): boolean => low === none && high === none
  const conflicts = (interval: Interval, e: number): boolean => !isEmpty(interval) && lowPoint[interval.high]! > lowPoint[e]!
  const swap = (pair: ConflictPair): void => void ([pair.left, pair.right] = [pair.right, pair.left])
  const lowest = ({ left, right }: ConflictPair): number => {
    if (isEmpty(left)) return lowPoint[right.low]!
    return isEmpty(right) ? lowPoint[left.low]! : Math.min(lowPoint[left.low]!, lowPoint[right.low]!)
  }

  /** The return edges of e join those of its elder siblings below `parent`. */
  const addConstraints = (e: number, parent: number): boolean => {
    const joined: ConflictPair = { left: { low: none, high: none }, right: { low: none, high: none } }
    // Return edges of e go to the right
    do {
      const pair = pairs.pop()!
      if (!isEmpty(pair.left)) swap(pair)
      if (!isEmpty(pair.left)) return false
      if (lowPoint[pair.right.low]! > lowPoint[parent]!) {
        if (isEmpty(joined.right)) joined.right.high = pair.right.high
        else reference[joined.right.low] = pair.right.high
        joined.right.low = pair.right.low
      } else reference[pair.right.low] = lowPointEdge[parent]!
    } while (pairs.at(-1) !== stackBottom[e])
    // Return edges of elder siblings that conflict with e go to the left
    for (let pair = pairs.at(-1); pair && (conflicts(pair.left, e) || conflicts(pair.right, e)); pair = pairs.at(-1)) {
      pairs.pop()
      if (conflicts(pair.right, e)) swap(pair)
      if (conflicts(pair.right, e)) return false
      if (joined.right.low !== none) reference[joined.right.low] = pair.right.high
      if (pair.right.low !== none) joined.right.low = pair.right.low
      if (isEmpty(joined.left)) joined.left.high = pair.left.high
      else reference[joined.left.low] = pair.left.high
      joined.left.low = pair.left.low
    }
    if (!isEmpty(joined.left) || !isEmpty(joined.right)) pairs.push(joined)
    return true
  }

  /** Return edges that end at u, where the edge into the finished node starts, constrain nothing any more. */
  const removeBackEdges = (u: number): void => {
    for (let pair = pairs.at(-1); pair && lowest(pair) === height[u]; pair = pairs.at(-1)) pairs.pop()
    const pair = pairs.at(-1)
    if (!pair) return
    const trim = (interval: Interval, other: Interval): void => {
      while (interval.high !== none && head[interval.high] === u) interval.high = reference[interval.high]!
      if (interval.high !== none || interval.low === none) return
      reference[interval.low] = other.low
      interval.low = none
    }
    trim(pair.left, pair.right)
    trim(pair.right, pair.left)
  }

  /** Called when all below edge e is done. */
  const integrate = (e: number): boolean => {
    const v = tail[e]!
    if (lowPoint[e]! >= height[v]!) return true // it has no return edge
    if (e !== edges[offsets[v]!]) return addConstraints(e, parentEdge[v]!)
    lowPointEdge[parentEdge[v]!] = lowPointEdge[e]!
    return true
  }

  const next = offsets.slice(0, graph.nodes)
  for (const root of roots) {
    const stack = [root]
    for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
      if (next[v] === offsets[v + 1]) {
        stack.pop()
        const parent = parentEdge[v]!
        if (parent === none) continue
        removeBackEdges(tail[parent]!)
        if (!integrate(parent)) return false
        continue
      }
      const e = edges[next[v]!++]!
      const w = head[e]!
      stackBottom[e] = pairs.at(-1)
      if (parentEdge[w] === e) stack.push(w)
      else {
        lowPointEdge[e] = e
        pairs.push({ left: { low: none, high: none }, right: { low: e, high: e } })
        if (!integrate(e)) return false
      }
    }
  }
  return true
}
