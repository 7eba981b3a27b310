import { defineSeam, type PluginHook } from "@scalewise/cli"
import type { GraphDataset, OpenGraphDatasetOptions } from "@scalewise/graph"

/** A plugin's data set. */
export interface GraphDataHook extends PluginHook {
  /** The name that `--dataset` gives. */
  readonly set: string
  /** Opens or makes it. */
  open(options: OpenGraphDatasetOptions): Promise<GraphDataset>
}

/** Where plugins bring graphs to train on. */
export const dataSeam = defineSeam<GraphDataHook>("graph.data", "opens a set of graphs by name")
