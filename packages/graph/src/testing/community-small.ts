import path from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { readGraphs } from "../data/read-graphs.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"

/** The first 80 graphs of Community-small, the published training part; undefined without the shared folder. */
export async function communitySmall(): Promise<readonly PackedGraph[] | undefined> {
  const folder = sharedFolder()
  return folder === undefined ? undefined : (await readGraphs(path.join(folder, "data/graph/community_small.jsonl.gz"))).graphs.slice(0, 80)
}
