import { expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphOrigins } from "./graph-origins.ts"

it("marks all but the first of equal graphs in each set, and what training has", () => {
  const [path, triangle, star] = [
    packedGraph(4, [0, 1, 1, 2, 2, 3]),
    packedGraph(3, [0, 1, 1, 2, 0, 2]),
    packedGraph(4, [0, 1, 0, 2, 0, 3]),
  ]
  const turned = packedGraph(4, [3, 1, 1, 0, 0, 2]) // a path too
  const [first, second] = graphOrigins([[path, turned, star], [turned]], [triangle, turned])
  expect(first).toEqual([
    { repeated: false, inTrain: true },
    { repeated: true, inTrain: true },
    { repeated: false, inTrain: false },
  ])
  expect(second).toEqual([{ repeated: false, inTrain: true }])
})
