import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { absorbingChain, uniformChain } from "./discrete-chain.ts"
import { discreteNoising } from "./discrete-noising.ts"

describe("discreteNoising", () => {
  it("ends at the data and has the closed form's law at every level", () => {
    const chain = uniformChain({ states: 3, levels: 6 })
    const data = tf.fill([1, 20_000], 2, "int32")
    const targets = discreteNoising(chain).targets(data, randomStream(1).samples([0]))
    expect(targets).toHaveLength(6)
    expect([...targets.at(-1)!.dataSync()]).toEqual([...data.dataSync()])
    for (const [index, target] of targets.entries()) {
      const ids = [...target.dataSync()]
      for (const j of [0, 1, 2]) {
        const share = ids.filter((id) => id === j).length / ids.length
        expect(Math.abs(share - chain.products[5 - index]![6 + j]!)).toBeLessThan(0.015)
      }
    }
  })

  it("absorbing: a walk that only ever masks, each sample on its own, owned by the caller", () => {
    const process = discreteNoising(absorbingChain({ states: 3, levels: 4 }))
    const data = tf.tensor2d(randomStream(0).integers(40, 3), [2, 20], "int32")
    const before = tf.memory().numTensors
    const targets = process.targets(data, randomStream(1).samples([4, 7]))
    for (const [k, target] of targets.slice(0, -1).entries()) {
      const next = targets[k + 1]!.dataSync()
      expect([...target.dataSync()].every((id, site) => id === 3 || next[site] === id)).toBe(true)
    }
    const alone = process.targets(tf.slice(data, [1, 0], [1, 20]), randomStream(1).samples([7]))
    expect((targets[0]!.arraySync() as number[][])[1]).toEqual((alone[0]!.arraySync() as number[][])[0])
    tf.dispose([targets, alone])
    expect(tf.memory().numTensors).toBe(before + 1) // the slice
  })
})
