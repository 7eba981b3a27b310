import { ConfigError, randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { consistencyScales, consistent, karrasSigmas } from "./consistency-parametrisation.ts"

describe("consistency parametrisation", () => {
  it("Karras levels, 18 of them", () => {
    const golden = [
      80, 57.586, 40.786, 28.375, 19.352, 12.91, 8.4009, 5.3152, 3.2568, 1.9233, 1.0882, 0.58535, 0.29644, 0.13952, 0.059947, 0.022935,
      0.007528, 0.002,
    ]
    const sigmas = karrasSigmas(18)
    golden.forEach((sigma, i) => expect(sigmas[i]! / sigma).toBeCloseTo(1, 3))
    expect(() => karrasSigmas(1)).toThrow(ConfigError)
  })

  it("is the identity at the smallest level, whatever the network says", () => {
    expect(consistencyScales(0.002)).toEqual({ skip: 1, out: 0 })
    const x = randomStream(1).normal([2, 3])
    const f = consistent((y) => tf.mul(y, 1e6))
    expect([...f(x, 0.002).dataSync()]).toEqual([...x.dataSync()])
    expect([...f(x, 1).dataSync()]).not.toEqual([...x.dataSync()])
  })

  it("gives way to the network at high noise", () => {
    const { skip, out } = consistencyScales(80)
    expect(skip).toBeLessThan(1e-4)
    expect(out).toBeCloseTo(0.5, 4)
  })
})
