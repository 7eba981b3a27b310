import { defineSeam, type PluginHook } from "@scalewise/cli"
import type { GraphDataset, PackedGraph } from "@scalewise/graph"
import type { PageSection } from "@scalewise/report"

/** A plugin's sections on the page of a model. */
export interface GraphReportHook extends PluginHook {
  /** Sections after the report's own; `generated` are graphs of the first draw, `real` those of the part that they are held against. */
  sections(shown: {
    readonly generated: readonly PackedGraph[]
    readonly real: readonly PackedGraph[]
    readonly data: GraphDataset
  }): readonly PageSection[] | Promise<readonly PageSection[]>
}

/** Where plugins add to the report. */
export const reportSeam = defineSeam<GraphReportHook>("graph.report", "adds sections to the page of a model")
