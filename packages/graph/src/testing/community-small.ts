import path from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { readGraphs } from "../data/read-graphs.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"

/** The 80 training graphs of Community-small; undefined without the shared folder. */
export async function communitySmall(): Promise<readonly PackedGraph[] | undefined> {
  const folder = sharedFolder()
  if (folder === undefined) return undefined
  const { graphs, splits } = await readGraphs(path.join(folder, "data/graph/community_small.jsonl.gz"))
  return graphs.filter((_, i) => splits?.[i] === "train")
}
