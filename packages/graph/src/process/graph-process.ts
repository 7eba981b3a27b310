import type { BackwardProcess } from "@scalewise/core"
import type { PackedGraph } from "../graph/packed-graph.ts"

/** What steers a graph model. */
export interface GraphCondition {
  /** Nodes of every graph, or of each graph of the batch. @defaultValue drawn from the training law */
  readonly nodes?: number | readonly number[]
}

/** A level of the film of a graph: the graph, and for each node of the next level the node that it came from. */
export interface FilmLevel {
  readonly graph: PackedGraph
  readonly parent: Int32Array
}

/** What all graph processes tell of a graph on its way. */
export interface GraphOnItsWay {
  readonly graph: PackedGraph
  /** Network evaluations so far. */
  readonly calls: number
  /** Levels before this one, coarse to fine. */
  readonly past: readonly FilmLevel[]
}

/** Graphs on their way. They hold no tensors; a function, since the sampling loop looks for tensors in every other value. */
export interface GraphState<Item extends GraphOnItsWay = GraphOnItsWay> {
  readonly graphs: () => readonly Item[]
}

/** Any backward process over graphs; its draws are its own business. */
export type GraphProcess = BackwardProcess<GraphState, unknown, GraphCondition, readonly PackedGraph[]>
