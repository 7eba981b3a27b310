import { JSDOM } from "jsdom"
import { describe, expect, it } from "vitest"
import { graphFigure, type GraphFigureOptions } from "./graph-figure.ts"

const square = { positions: [0, 0, 2, 0, 2, 2, 0, 2], edges: [0, 1, 1, 2, 2, 3, 0, 3] }

function drawn(options: GraphFigureOptions) {
  const figure = graphFigure(options)
  const { document } = new JSDOM(figure.html).window
  const all = (selector: string) => [...document.querySelectorAll(selector)]
  const numbers = (selector: string, ...names: string[]) =>
    all(selector).map((node) => names.map((name) => Number(node.getAttribute(name))))
  return { ...figure, all, numbers }
}

describe("graphFigure", () => {
  it("scales places into the cell, the same in both directions", () => {
    const { numbers, all } = drawn({ title: "t", rows: [{ graphs: [{ positions: [0, 0, 4, 0, 4, 2], edges: [0, 1] }] }], size: 100 })
    const [a, b, c] = numbers("circle", "cx", "cy")
    expect(b![0]! - a![0]!).toBeCloseTo(2 * (c![1]! - b![1]!), 5)
    expect([a![0]! + b![0]!, a![1]! + c![1]!]).toEqual([100, 100])
    expect(Math.min(...numbers("circle", "cx").flat())).toBeGreaterThan(4)
    expect(all("path")[0]!.getAttribute("d")).toBe(`M${a!.join(" ")}L${b!.join(" ")}`)
  })

  it("shows the window that it is given, and in a film what the last picture needs", () => {
    const film = drawn({ title: "t", rows: [{ film: true, graphs: [{ positions: [2, 1], edges: [] }, square] }], size: 80 })
    const [small, , corner] = film.numbers("circle", "cx", "cy")
    expect(small).toEqual([corner![0], 40])
    const dot = { positions: [1, 1], edges: [], window: [0, 0, 2, 2] as const }
    const { numbers } = drawn({ title: "t", rows: [{ graphs: [dot, { ...square, window: [0, 0, 2, 2] }] }], size: 80 })
    expect(numbers("circle", "cx", "cy")[0]).toEqual([40, 40])
  })

  it("puts drawings in a grid with captions, goes on in the next line, and begins rows with their label", () => {
    const graphs = [0, 1, 2].map((n) => ({ ...square, caption: `graph <${n}>` }))
    const { all, html } = drawn({
      title: "Samples",
      description: "What to see.",
      rows: [
        { label: "drawn", graphs },
        { label: "real", graphs },
      ],
      columns: 2,
      size: 50,
    })
    const corners = all("svg > g").map((cell) => cell.getAttribute("transform"))
    expect(corners).toEqual([
      "translate(0 26)",
      "translate(60 26)",
      "translate(0 103)",
      "translate(0 206)",
      "translate(60 206)",
      "translate(0 283)",
    ])
    expect(all("text").map((text) => text.textContent)).toEqual([
      "drawn",
      "graph <0>",
      "graph <1>",
      "graph <2>",
      "real",
      "graph <0>",
      "graph <1>",
      "graph <2>",
    ])
    expect(all("svg")[0]!.getAttribute("aria-label")).toBe("Samples. drawn: 3 graphs of 4, 4, 4 nodes. real: 3 graphs of 4, 4, 4 nodes.")
    expect(html).toContain("<p>What to see.</p>")
    expect(Number(all("svg")[0]!.getAttribute("height"))).toBe(283 + 50 + 17)
  })

  it("draws colours, sizes and words of nodes, widths and styles of edges", () => {
    const { all, numbers, svg } = drawn({
      title: "t",
      legend: ["carbon", "oxygen"],
      rows: [
        {
          graphs: [
            {
              ...square,
              nodeSeries: [0, 0, 1, 0],
              nodeSizes: [1, 1, 2, 1],
              nodeLabels: ["", "", "O", ""],
              edgeStyles: ["solid", "double", "triple", "dashed"],
              edgeWidths: [1, 1, 1, 2],
            },
          ],
        },
      ],
      size: 100,
    })
    const inside = "svg > g > g"
    expect(all(inside).map((group) => group.children.length)).toEqual([3, 1])
    const radii = numbers(`${inside} circle`, "r").flat()
    expect(radii[3]).toBeCloseTo(2 * radii[0]!, 5)
    expect(all("svg > g > text").map((text) => text.textContent)).toEqual(["O"])
    expect(all("path").map((path) => [path.getAttribute("d")!.split("M").length - 1, path.hasAttribute("stroke-dasharray")])).toEqual([
      [6, false],
      [1, true],
    ])
    expect(all("svg > text").map((text) => text.textContent)).toEqual(["carbon", "oxygen"])
    expect(svg).toContain("#0072b2")
    expect(svg).not.toContain("var(")
  })

  it("draws graphs of no node, of one, and no graphs", () => {
    const { html } = drawn({
      title: "t",
      rows: [
        {
          graphs: [
            { positions: [], edges: [] },
            { positions: [7, 7], edges: [] },
          ],
        },
        { graphs: [] },
      ],
    })
    expect(html).not.toMatch(/NaN|Infinity/)
    expect(drawn({ title: "t", rows: [] }).html).not.toMatch(/NaN|Infinity/)
  })
})
