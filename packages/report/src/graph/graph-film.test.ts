import { JSDOM } from "jsdom"
import { describe, expect, it } from "vitest"
import { graphFilm, type FilmPicture } from "./graph-film.ts"

// One node in the middle steps apart into two, those into a square
const pictures: FilmPicture[] = [
  { positions: [1, 1], edges: [], nodeSizes: [2] },
  { positions: [0, 1, 2, 1], edges: [0, 1], parents: [0, 0] },
  { positions: [0, 0, 0, 2, 2, 0, 2, 2], edges: [0, 1, 0, 2, 1, 3, 2, 3], parents: [0, 0, 1, 1], caption: "a <square>" },
]

describe("graphFilm", () => {
  const film = graphFilm({ title: "It grows", description: "What to see.", pictures, size: 200 })
  const { document } = new JSDOM(film.html).window
  const circles = (k: number) => [...document.querySelectorAll<SVGCircleElement>(`.p${k} circle`)]
  const at = (circle: Element | undefined, name: string) => Number(circle?.getAttribute(name))
  const started = (circle: Element | undefined, axis: "x" | "y") =>
    at(circle, `c${axis}`) + Number(new RegExp(`--${axis}:([-\\d.]+)px`).exec(circle?.getAttribute("style") ?? "")?.[1])

  it("starts every node where its parent is and as large as it", () => {
    expect([0, 1, 2].map((k) => circles(k).length)).toEqual([1, 2, 4])
    expect(circles(0)[0]!.hasAttribute("style")).toBe(false)
    const [left, right] = circles(1)
    for (const axis of ["x", "y"] as const) {
      expect(started(left, axis)).toBeCloseTo(at(circles(0)[0], `c${axis}`), 5)
      expect(started(circles(2)[2], axis)).toBeCloseTo(at(right, `c${axis}`), 5)
    }
    expect(left!.getAttribute("style")).toContain("--s:2")
    expect(circles(2)[0]!.getAttribute("style")).toMatch(/--s:1$/)
  })

  it("shows one picture after the other, and the last longest", () => {
    const style = document.querySelector("style")!.textContent
    const keyframes = (name: string) => new RegExp(`@keyframes film-it-grows-3-${name}\\{(.*?\\})\\}`).exec(style)?.[1]
    expect(keyframes("p0")).toBe("0%{opacity:1}20.000%,100%{opacity:0}")
    expect(keyframes("p1")).toBe("0%{opacity:0}20.000%{opacity:1}40.000%,100%{opacity:0}")
    expect(keyframes("p2")).toBe("0%{opacity:0}40.000%{opacity:1}")
    expect(style).toContain("animation-duration:8s")
    expect(style).toMatch(/^@media screen and \(prefers-reduced-motion: no-preference\)/)
  })

  it("is the last picture where nothing moves: in print, for readers who want that, and as a file", () => {
    expect([0, 1, 2].map((k) => document.querySelector(`.p${k}`)!.getAttribute("opacity"))).toEqual(["0", "0", "1"])
    expect(film.svg).not.toMatch(/<style|var\(--(?!x|y|s)/)
    expect([...document.querySelectorAll("text")].map((text) => text.textContent)).toEqual(["1 node", "2 nodes", "a <square>"])
    expect(document.querySelector("svg")!.getAttribute("aria-label")).toBe("It grows. A graph grows in 3 pictures of 1, 2, 4 nodes.")
  })

  it("takes no picture and pictures without nodes", () => {
    for (const none of [[], [{ positions: [], edges: [] }]])
      expect(graphFilm({ title: "t", pictures: none }).html).not.toMatch(/NaN|Infinity/)
  })
})
