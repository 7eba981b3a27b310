import { ConfigError } from "@scalewise/nn"
import { expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { drawMolecules } from "./draw-molecules.ts"
import { qm9Vocabulary as vocabulary } from "./open-qm9.ts"

const ethanol = packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 0, 2], edgeLabels: [0, 0] })
const impossible = packedGraph(6, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5], { nodeLabels: new Uint8Array(6), edgeLabels: new Uint8Array(5) })

it("draws a grid of molecules with captions, what cannot be in a frame", async () => {
  const svg = await drawMolecules([ethanol, impossible, ethanol], {
    vocabulary,
    captions: ["a < b", "no", "c"],
    columns: 2,
    size: [100, 80],
  })
  expect(svg).toMatch(/^<svg [^>]*width="200" height="196"/)
  expect(svg.match(/<svg/g)!.length).toBe(4)
  expect(svg.match(/class='bond-1/g)!.length).toBeGreaterThanOrEqual(2)
  expect(svg).toContain("a &lt; b")
  expect(svg).toContain("translate(0, 98)")
  expect(svg.match(/stroke="#c00"/g)!.length).toBe(1)
  expect(svg).not.toContain("<?xml")
  await expect(drawMolecules([ethanol], { vocabulary, captions: [] })).rejects.toThrow(ConfigError)
  await expect(drawMolecules([ethanol], { vocabulary, columns: 0 })).rejects.toThrow(ConfigError)
})
