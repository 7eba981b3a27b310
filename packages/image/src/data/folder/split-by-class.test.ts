import { ConfigError, randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { splitByClass } from "./split-by-class.ts"

const items = Array.from({ length: 110 }, (_, i) => ({ name: `${i}.png`, label: i < 100 ? 0 : i < 109 ? 1 : 2 }))
const split = (of: typeof items, seed = 0, fraction = 0.2) => {
  const held = splitByClass(of, { fraction, random: randomStream(seed) })
  return of.filter((_, i) => held[i])
}
const names = (of: typeof items) => of.map(({ name }) => name).toSorted()

describe("splitByClass", () => {
  it("holds out the same share of every class, another one for another seed", () => {
    const held = split(items)
    expect([0, 1, 2].map((label) => held.filter((item) => item.label === label).length)).toEqual([20, 2, 0])
    expect(names(split(items, 0))).toEqual(names(held))
    expect(names(split(items, 1))).not.toEqual(names(held))
    expect(split(items, 0, 0)).toEqual([])
    expect(split(items, 0, 0.99).filter(({ label }) => label === 1)).toHaveLength(8) // one stays
  })

  it("does not depend on the order, and moves one file at most when one is added", () => {
    expect(names(split(items.toReversed()))).toEqual(names(split(items)))
    const held = new Set(names(split(items)))
    const more = new Set(names(split([...items, { name: "new.png", label: 0 }])))
    expect([...held].filter((name) => !more.has(name)).length).toBeLessThanOrEqual(1)
  })

  it("refuses a share that is none", () => {
    for (const fraction of [-0.1, 1, NaN]) expect(() => split(items, 0, fraction)).toThrow(ConfigError)
  })
})
