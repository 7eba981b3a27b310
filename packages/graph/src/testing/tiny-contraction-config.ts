import type { ContractionConfig } from "../contraction/contraction-config.ts"

/** A small contraction model with every input but blocks: tests state only what they change. */
export const tinyContractionConfig: ContractionConfig = {
  preference: "low-degree",
  blocks: false,
  singlePairs: false,
  walks: 2,
  edgeCounts: true,
  width: 8,
  depth: 2,
  triangles: 4,
  noise: 3,
  vocabulary: { nodes: ["C", "N"], edges: ["single", "double", "triple"] },
}
