import type { Extension, Output } from "@scalewise/cli"
import { componentsOf, openGraphDataset, type GraphDataset } from "@scalewise/graph"
import { DataError, randomStream } from "@scalewise/nn"
import type { GraphDataHook } from "../plugin/data-seam.ts"

/** What a training asks of its data. */
export interface OpenTrainingGraphsOptions {
  readonly seed: number
  readonly count?: number
  readonly nodes?: number
  readonly largestComponent?: boolean
}

/**
 * Opens a data set that a model is to be trained on, a plugin's by its name; graphs of the training part that are not connected are left out, with a warning.
 *
 * @throws DataError where nothing is left, PluginFailure where a plugin cannot open its set
 */
export async function openTrainingGraphs(
  source: string,
  { seed, count, nodes, largestComponent }: OpenTrainingGraphsOptions,
  output: Output,
  extensions: readonly Extension<GraphDataHook>[] = [],
): Promise<GraphDataset> {
  const options = { random: randomStream(seed).fold("data"), count, nodes, ...(largestComponent && { largestComponent }) }
  const named = extensions.find(({ hook }) => hook.set === source)
  const data = named
    ? await Promise.resolve(named.hook.open(options)).catch((error: unknown) => Promise.reject(named.failure(error)))
    : await openGraphDataset(source, options)
  for (const fault of data.faults.slice(0, 3)) output.warn(fault)
  if (data.faults.length > 3) output.warn(`... and ${data.faults.length - 3} more faults; inspect lists them`)
  const connected = data.splits.train.filter((graph) => componentsOf(graph).count === 1)
  const left = data.splits.train.length - connected.length
  if (left > 0)
    output.warn(
      `${source}: left out ${left} of ${data.splits.train.length} training graphs that are not connected; --largest-component keeps their largest part`,
    )
  const usable = connected.filter((graph) => graph.nodes > 1)
  if (usable.length === 0)
    throw new DataError(
      `${source}: expected connected graphs of at least two nodes to train on, got none; inspect it with scalewise-graph inspect`,
    )
  return { ...data, splits: { ...data.splits, train: usable } }
}
