import { edgeCount, isConnected, type PackedGraph } from "../graph/packed-graph.ts"
import { isPlanar } from "./planarity.ts"
import { sbmValidity } from "./sbm-validity.ts"

/** Rules that say whether a generated graph is of the wanted kind. */
export const validityRules = ["connected", "planar", "tree", "sbm"] as const
export type ValidityRule = (typeof validityRules)[number]

/** Whether a graph keeps each rule. */
export type GraphValidity = Readonly<Record<ValidityRule, boolean>>

/**
 * Judges a graph by all rules. `planar` and `tree` ask for one component too; `sbm` is the ICL test of `sbmValidity`.
 */
export function graphValidity(graph: PackedGraph): GraphValidity {
  const connected = isConnected(graph)
  return {
    connected,
    planar: connected && isPlanar(graph),
    tree: connected && edgeCount(graph) === graph.nodes - 1,
    // Fewer nodes than two smallest blocks, or more than five largest, need no search for blocks
    sbm: graph.nodes >= 40 && graph.nodes <= 200 && sbmValidity(graph).valid,
  }
}
