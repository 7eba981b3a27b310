import { stateAt } from "@scalewise/core"
import type { RandomStream } from "@scalewise/nn"
import { kindsOf, type GraphCategories } from "../process/graph-categories.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import type { GraphTraining } from "../training/graph-training.ts"
import type { GraphChains } from "./graph-chains.ts"
import type { MaskedConfig } from "./masked-config.ts"
import { maskedInput } from "./masked-input.ts"

/** How a model of masked or noised graphs is trained, as plain JSON. */
export interface MaskedTraining extends GraphTraining {
  /**
   * `hidden`: mean over all hidden nodes plus that over all hidden pairs (all of them where nothing is hidden but noised). `elbo`: weighted so
   * that the loss is the bound itself, nats per node and pair; for hidden states alone.
   */
  readonly weighting: "hidden" | "elbo"
  /** Weight of the pairs against the nodes, with `hidden`. */
  readonly pairWeight: number
  /** Levels of the noising, where it is not hiding. */
  readonly levels: number
}

/** A partly hidden or noised graph, what is behind it, and what counts of it. */
export interface MaskedExample {
  readonly input: PairGraph
  readonly truth: GraphCategories
  /** 1 where the network has to say. */
  readonly asked: { readonly nodes: Uint8Array; readonly pairs: Uint8Array }
  /** Weight of each asked site with `elbo`. */
  readonly weight: number
}

/** Hides a share of a graph that is drawn evenly from (0, 1], or noises it at a random level, and draws noise for its nodes. */
export function maskedExample(
  truth: GraphCategories,
  { config, chains, training }: { readonly config: MaskedConfig; readonly chains: GraphChains; readonly training: MaskedTraining },
  random: RandomStream,
): MaskedExample {
  const kinds = kindsOf(config.vocabulary)
  const { nodes, nodeKinds, pairKinds } = truth
  const coins = { nodes: random.fold("nodes").uniformValues([nodes]), pairs: random.fold("pairs").uniformValues([pairKinds.length]) }
  const [coin = 0, share = 0] = random.fold("rate").uniformValues([2])
  const noiseValues = random.fold("noise").normalValues([nodes * config.noise])
  if (config.noising === "marginal") {
    const level = 1 + random.fold("level").integers(1, chains.levels)[0]!
    const noised = (of: "nodes" | "pairs", own: Uint8Array): Uint8Array => {
      const chain = chains[of]
      if (!chain) return own
      const law = chain.products[level]!
      return own.map((kind, site) => stateAt(law.subarray(kind * chain.states, (kind + 1) * chain.states), coins[of][site]!))
    }
    const view = { nodes, nodeKinds: noised("nodes", nodeKinds), pairKinds: noised("pairs", pairKinds), level: level / chains.levels }
    const asked = { nodes: new Uint8Array(nodes).fill(kinds.nodes > 0 ? 1 : 0), pairs: new Uint8Array(pairKinds.length).fill(1) }
    return { input: maskedInput({ ...view, noiseValues }, config), truth, asked, weight: 1 }
  }
  const rate = training.weighting === "hidden" && coin < training.nothing ? 1 : 1 - share
  const asked = {
    nodes: Uint8Array.from(coins.nodes, (u) => (kinds.nodes > 0 && u < rate ? 1 : 0)),
    pairs: Uint8Array.from(coins.pairs, (u) => (u < rate ? 1 : 0)),
  }
  const view = {
    nodes,
    nodeKinds: nodeKinds.map((kind, v) => (asked.nodes[v] ? kinds.nodes : kind)),
    pairKinds: pairKinds.map((kind, pair) => (asked.pairs[pair] ? kinds.pairs : kind)),
    level: rate,
  }
  const sites = (kinds.nodes > 0 ? nodes : 0) + pairKinds.length
  return { input: maskedInput({ ...view, noiseValues }, config), truth, asked, weight: 1 / (rate * sites) }
}
