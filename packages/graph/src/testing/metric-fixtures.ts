import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { gunzipSync } from "node:zlib"
import { sharedFolder } from "@scalewise/nn/testing"
import type { GraphFile } from "../data/graph-file.ts"
import { readGraphs } from "../data/read-graphs.ts"
import { graphDescriptors, type GraphDescriptors } from "../metrics/graph-descriptors.ts"

/** Values that other programs computed (numpy, networkx 3.6.1, graph-tool 2.45) from the graphs beside them. */
export interface MetricFixtures {
  readonly descriptors: readonly {
    readonly file: string
    readonly id: number
    readonly degree_hist: readonly number[]
    readonly clustering_mean: number
    readonly orbit_total: readonly number[]
    readonly laplacian_eigs: readonly number[] | null
    readonly connected: boolean
    readonly planar: boolean
    readonly triangles: number
  }[]
  readonly planarity: readonly {
    readonly base_id: number
    readonly add: readonly (readonly [number, number])[]
    readonly drop: readonly (readonly [number, number])[]
    readonly planar: boolean
    readonly connected: boolean
  }[]
  readonly "sbm_validity_graph_tool_2.45_100_sweeps": Readonly<
    Record<
      string,
      readonly { readonly id: number; readonly valid: boolean; readonly B: number; readonly sizes: readonly number[]; readonly p: number }[]
    >
  >
  readonly isomorphism_classes: Readonly<Record<string, { readonly classes: number; readonly label: readonly number[] }>>
  readonly mmd_train_vs_test: Readonly<
    Record<string, { readonly gaussian_tv: Readonly<Record<string, number>>; readonly gaussian_emd: Readonly<Record<string, number>> }>
  >
}

const shared = sharedFolder()
const folder = shared === undefined ? undefined : path.join(shared, "data", "graph")
const fixturesFile = folder === undefined ? undefined : path.join(folder, "metric_fixtures.json.gz")

/** Undefined where the reference data is absent: skip then. */
export const metricFixtures: MetricFixtures | undefined =
  fixturesFile !== undefined && existsSync(fixturesFile)
    ? (JSON.parse(gunzipSync(readFileSync(fixturesFile)).toString("utf8")) as MetricFixtures)
    : undefined

/** Path of a file of the reference data; call it only where `metricFixtures` is there. */
export const graphDataFile = (name: string): string => path.join(folder!, name)

/** A set of graphs of the reference data, by the name of its file; call it only where `metricFixtures` is there. */
export const graphData = (name: string, splitField?: string): Promise<GraphFile> =>
  readGraphs(graphDataFile(`${name}.jsonl.gz`), { splitField })

/** The graphs of one split. */
export const splitOf = ({ graphs, splits }: GraphFile, split: string): GraphFile["graphs"] => graphs.filter((_, i) => splits[i] === split)

/** Descriptors of a file's training and test graphs; each graph is described once, whichever field names the splits. */
export async function trainAndTest(name: string, splitField?: string): Promise<[GraphDescriptors[], GraphDescriptors[]]> {
  const { graphs, splits } = await graphData(name, splitField)
  const known = described.get(name) ?? []
  described.set(name, known)
  const of = (split: string) => graphs.flatMap((graph, i) => (splits[i] === split ? (known[i] ??= graphDescriptors(graph)) : []))
  return [of("train"), of("test")]
}

const described = new Map<string, GraphDescriptors[]>()
