import { refine } from "@scalewise/core"
import { ConfigError, randomStream } from "@scalewise/nn"
import { relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import type { GraphModel, GraphSampling } from "../model/graph-model.ts"
import type { FilmLevel } from "../process/graph-process.ts"

/** Options of `samplePackedGraphs`. */
export interface SampleGraphsOptions {
  /** How many graphs. */
  readonly count: number
  /** Nodes of each. @defaultValue drawn from the training law */
  readonly nodes?: number | undefined
  /** @defaultValue 0 */
  readonly seed?: number | string
  /** Graphs at a time; it changes speed and memory, not the graphs. @defaultValue 100 */
  readonly batch?: number
  /** Changes of the model's own settings. */
  readonly sampling?: GraphSampling | undefined
  /** Stops between two steps. */
  readonly signal?: AbortSignal | undefined
  /** Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A generated graph and how it came about. */
export interface SampledGraph {
  readonly graph: PackedGraph
  /** Network evaluations that it took. */
  readonly calls: number
  /** Its coarser levels. */
  readonly film: readonly FilmLevel[]
}

/**
 * Draws graphs. Graph i is the same in every batch size and count. Its nodes are numbered at random, so that all numberings of a graph are
 * equally likely.
 *
 * @throws ConfigError for fewer than one graph or node
 */
export async function samplePackedGraphs(model: GraphModel, options: SampleGraphsOptions): Promise<SampledGraph[]> {
  const { count, nodes, seed = 0, batch = 100, sampling, signal, onProgress } = options
  if (!Number.isInteger(count) || count < 1) throw new ConfigError(`sample: expected at least one graph, got ${count}`)
  const process = model.process(sampling)
  const graphs: SampledGraph[] = []
  for (let from = 0; from < count; from += batch) {
    const ids = Array.from({ length: Math.min(batch, count - from) }, (_, i) => from + i)
    const condition = nodes === undefined ? {} : { nodes }
    for await (const { state } of refine(process, { batch: ids, condition, seed, ...(signal && { signal }) }))
      if (process.finished!(state)) {
        const items = state.graphs()
        for (const [i, graph] of process.readout(state).entries()) {
          const order = randomStream(seed).fold("node order").fold(ids[i]!).permutation(graph.nodes)
          graphs.push({ graph: relabelled(graph, order), calls: items[i]!.calls, film: renumbered(items[i]!.past, order) })
        }
      }
    onProgress?.(graphs.length, count)
  }
  return graphs
}

/** A film whose last level's children are renamed: child v becomes `order[v]`. A process numbers them by ancestry, which tells of the graph. */
function renumbered(film: readonly FilmLevel[], order: Int32Array): readonly FilmLevel[] {
  const last = film.at(-1)
  if (!last) return film
  const parent = new Int32Array(order.length)
  for (const [v, to] of order.entries()) parent[to] = last.parent[v]!
  return [...film.slice(0, -1), { ...last, parent }]
}
