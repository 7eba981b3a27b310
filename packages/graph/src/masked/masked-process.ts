import type { BackwardProcess, DiscreteChain } from "@scalewise/core"
import type { Parameters, tf } from "@scalewise/nn"
import { gumbel, streamNoise, type CodeNoise } from "../process/code-noise.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { graphOfCategories, type GraphCategories } from "../process/graph-categories.ts"
import type { GraphCondition, GraphOnItsWay, GraphState } from "../process/graph-process.ts"
import { siteLaw, type SiteDraw, type SiteLaw, type SiteTable } from "../process/site-law.ts"
import { graphSize, type SizeLaw } from "../process/size-law.ts"
import { pairBatch, pairTensors } from "../refiner/pair-batch.ts"
import { graphChains, posteriorTable, reverseLogits } from "./graph-chains.ts"
import type { MaskedConfig, MaskedSampling } from "./masked-config.ts"
import { maskedInput } from "./masked-input.ts"
import { maskedNetwork } from "./masked-network.ts"

/** One graph on its way from noise. Nothing in it is changed once it is made. */
export interface MaskedGraph extends GraphOnItsWay, GraphCategories {
  /** [nodes, noise], for the next network. */
  readonly noiseValues: Float32Array
}

/** Options of `maskedProcess`. */
export interface MaskedProcessOptions {
  readonly config: MaskedConfig
  /** `masked`; they stay the caller's. */
  readonly parameters: Parameters
  readonly sizes: SizeLaw
  readonly sampling?: MaskedSampling
}

/** A backward process over masked or noised graphs. */
export interface MaskedProcess extends BackwardProcess<
  GraphState<MaskedGraph>,
  readonly SiteDraw[],
  GraphCondition,
  readonly PackedGraph[]
> {
  predict(state: GraphState<MaskedGraph>, step: number, condition: GraphCondition): SiteLaw
  /** s_0 of a graph of n nodes from given noise. */
  seed(nodes: number, noise: CodeNoise): MaskedGraph
}

/** Pictures in the film of a graph, at most. */
const filmLength = 8

/**
 * p_theta in data space, without a pyramid: all nodes and pairs at once, from all hidden (or from noise of the data's law) to all known in K
 * steps, each the mixture of posteriors over what the network believes (D3PM, Austin et al. 2021). Which are shown in a step is decided for
 * each by itself, so that the law is exchangeable; graphs need not be connected. The cost of a step grows with the square of the nodes.
 */
export function maskedProcess({ config, parameters, sizes, sampling = {} }: MaskedProcessOptions): MaskedProcess {
  const { steps = 16, temperature = 1 } = sampling
  const chains = graphChains(config, steps)
  const network = maskedNetwork(config)
  const { vocabulary } = config

  const seed: MaskedProcess["seed"] = (nodes, noise) => {
    const drawn = (chain: DiscreteChain | undefined, uniforms: (width: number) => Float32Array, count: number): Uint8Array =>
      chain ? Uint8Array.from({ length: count }, (_, site) => fromPrior(chain, uniforms(chain.states), site)) : new Uint8Array(count)
    const once = (of: "nodes" | "edges", count: number): ((width: number) => Float32Array) => {
      let values: Float32Array | undefined
      return (width) => (values ??= noise[of]("prior", count, width))
    }
    const pairs = (nodes * (nodes - 1)) / 2
    const categories = {
      nodes,
      nodeKinds: drawn(chains.nodes, once("nodes", nodes), nodes),
      pairKinds: drawn(chains.pairs, once("edges", pairs), pairs),
    }
    return {
      ...categories,
      graph: graphOfCategories(categories, vocabulary, { labels: false }),
      noiseValues: noise.normals("next", nodes, config.noise),
      calls: 0,
      past: [],
    }
  }

  const advanced = (item: MaskedGraph, step: number, draw: SiteDraw): MaskedGraph => {
    const categories = {
      nodes: item.nodes,
      nodeKinds: chains.nodes ? Uint8Array.from(draw.nodes) : item.nodeKinds,
      pairKinds: Uint8Array.from(draw.pairs),
    }
    const filmed = Math.floor((step * filmLength) / steps) !== Math.floor(((step - 1) * filmLength) / steps)
    return {
      ...categories,
      graph: graphOfCategories(categories, vocabulary, { labels: step === steps }),
      noiseValues: draw.noise,
      calls: item.calls + 1,
      past: filmed ? [...item.past, { graph: item.graph, parent: Int32Array.from({ length: item.nodes }, (_, v) => v) }] : item.past,
    }
  }

  return {
    steps,
    finished: ({ graphs }) => graphs().every(({ calls }) => calls >= steps),
    unconditional: (condition) => condition,
    seed,
    start(batch, condition, random) {
      const items = Array.from({ length: batch }, (_, b) => {
        const stream = random.row(b)
        return seed(graphSize(sizes, condition, b, stream.fold("size")), streamNoise(stream))
      })
      return { graphs: () => items }
    },
    predict({ graphs }, step) {
      const items = graphs()
      const level = steps + 1 - step
      const batch = pairBatch(items.map((item) => maskedInput({ ...item, level: level / steps }, config)))
      const { nodes, pairs } = network.apply(parameters["masked"] as Parameters, pairTensors(batch))
      const cooled = (logits: tf.Tensor): tf.Tensor => (temperature === 1 ? logits : logits.div(temperature))
      const known = {
        nodes: () => joined(items.map(({ nodeKinds }) => nodeKinds)),
        pairs: () => joined(items.map(({ pairKinds }) => pairKinds)),
      }
      return siteLaw(
        { ...(nodes && { nodes: cooled(nodes) }), pairs: cooled(pairs!) },
        {
          nodes: items.map((item) => item.nodes),
          noise: config.noise,
          tableOf: (part, table) =>
            part === "globals" ? table : reverseTable(part === "nodes" ? chains.nodes! : chains.pairs, level, known[part](), table),
        },
      )
    },
    advance({ graphs }, step, draws) {
      const items = graphs().map((item, b) => advanced(item, step, draws[b]!))
      return { graphs: () => items }
    },
    readout: ({ graphs }) => graphs().map(({ graph }) => graph),
  }
}

/** Logits of x_{t-1} from those of x_0, for all sites of a batch. */
function reverseTable(chain: DiscreteChain, level: number, xt: Uint8Array, { logits, classes }: SiteTable): SiteTable {
  const table = posteriorTable(chain, level)
  const out = new Float32Array(xt.length * chain.states)
  for (const [site, state] of xt.entries())
    reverseLogits(chain, table, state, { logits, at: site * classes }, { out, to: site * chain.states })
  return { logits: out, classes: chain.states }
}

/** A state of the chain's prior: largest log-probability + Gumbel noise. */
function fromPrior({ prior, states }: DiscreteChain, uniforms: Float32Array, site: number): number {
  let [drawn, best] = [0, -Infinity]
  for (let state = 0; state < states; state++) {
    const value = prior[state]! > 0 ? Math.log(prior[state]!) + gumbel(uniforms[site * states + state]!) : -Infinity
    if (value > best) [drawn, best] = [state, value]
  }
  return drawn
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
