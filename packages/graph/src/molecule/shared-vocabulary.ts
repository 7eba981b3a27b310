import { DataError } from "@scalewise/nn"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import { atomLabel, atomsOf, bondLabels, bondOrdersOf } from "./valence.ts"

/** One vocabulary for molecules of several, and what brings graphs to it. */
export interface SharedVocabulary {
  readonly vocabulary: GraphVocabulary
  /** Graphs of one of the vocabularies, relabelled. */
  translate(graphs: readonly PackedGraph[], from: GraphVocabulary): PackedGraph[]
}

/**
 * The atoms of all vocabularies, and the bonds single, double, triple.
 *
 * @throws ConfigError for a vocabulary that is none of molecules; DataError for graphs without labels
 */
export function sharedVocabulary(...vocabularies: readonly GraphVocabulary[]): SharedVocabulary {
  const names = (vocabulary: GraphVocabulary): string[] => atomsOf(vocabulary).map(({ symbol, charge }) => atomLabel(symbol, charge))
  const nodes = [...new Set(vocabularies.flatMap(names))]
  return {
    vocabulary: { nodes, edges: bondLabels },
    translate(graphs, from) {
      const atoms = names(from).map((name) => nodes.indexOf(name))
      const orders = bondOrdersOf(from)
      return graphs.map((graph, i) => {
        const { nodes: count, edges, nodeLabels, edgeLabels } = graph
        if ((count > 0 && !nodeLabels) || (edges.length > 0 && !edgeLabels))
          throw new DataError(`molecules: expected a label at every atom and bond, got graph ${i} without; read its file with a vocabulary`)
        return {
          ...graph,
          nodeLabels: Uint8Array.from(nodeLabels ?? [], (label) => atoms[label]!),
          edgeLabels: Uint8Array.from(edgeLabels ?? [], (label) => orders[label]! - 1),
        }
      })
    },
  }
}
