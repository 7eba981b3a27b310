import { tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import * as fc from "fast-check"
import { keepTopK, keepTopP, removedLogit } from "./logit-filters.ts"

const kept = (logits: tf.Tensor): number[] => Array.from(logits.dataSync(), (value) => (value === removedLogit ? 0 : 1))
const log = (...probabilities: number[]): tf.Tensor => tf.tensor1d(probabilities).log().expandDims(0)

describe("keepTopK", () => {
  test("entries that tie with the k-th stay, those strictly below go", () => {
    expect(kept(keepTopK(tf.tensor2d([[3, 1, 2, 2, 2, 0]]), 2))).toEqual([1, 0, 1, 1, 1, 0])
    expect(kept(keepTopK(tf.tensor2d([[5, 5, 5]]), 1))).toEqual([1, 1, 1])
  })

  test("0 and k from the number of entries on are off", () => {
    const logits = tf.tensor2d([[1, 2, 3]])
    for (const k of [0, 3, 900]) expect(keepTopK(logits, k)).toBe(logits)
  })
})

describe("keepTopP", () => {
  test("removes the least probable as long as they add up to at most 1 - p", () => {
    expect(kept(keepTopP(log(0.5, 0.25, 0.125, 0.125), 0.9))).toEqual([1, 1, 1, 1])
    expect(kept(keepTopP(log(0.5, 0.25, 0.15, 0.1), 0.85))).toEqual([1, 1, 1, 0])
    expect(kept(keepTopP(log(0.1, 0.2, 0.3, 0.4), 0.5))).toEqual([0, 0, 1, 1])
  })

  test("a tie at the limit is broken by id, lower ones going first", () => {
    expect(kept(keepTopP(tf.zeros([1, 4]), 0.6))).toEqual([0, 1, 1, 1]) // 0.25 <= 0.4 < 0.5
    expect(kept(keepTopP(tf.zeros([1, 4]), 0.5))).toEqual([0, 0, 1, 1]) // 0.5 <= 0.5 goes
  })

  test("the best stays however small p is; one entry is legal; 0 and 1 are off", () => {
    expect(kept(keepTopP(log(0.3, 0.6, 0.1), 1e-6))).toEqual([0, 1, 0])
    expect(kept(keepTopP(tf.tensor2d([[-4]]), 0.1))).toEqual([1])
    const logits = tf.tensor2d([[1, 2, 3]])
    for (const p of [0, 1]) expect(keepTopP(logits, p)).toBe(logits)
  })

  test("agrees, row by row, with the rule written out in plain code", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 6 })
          .chain((entries) =>
            fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: entries, maxLength: entries }), { minLength: 1, maxLength: 4 }),
          ),
        fc.constantFrom(0.13, 0.37, 0.61, 0.89),
        (rows, p) => {
          const expected = rows.flatMap((row) => {
            const order = row.map((_, id) => id).toSorted((a, b) => row[a]! - row[b]! || a - b)
            const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0)
            const keep = row.map(() => 1)
            let cumulative = 0
            for (const id of order.slice(0, -1)) {
              cumulative += Math.exp(row[id]!) / total
              fc.pre(Math.abs(cumulative - (1 - p)) > 1e-5) // nothing to say where rounding decides
              if (cumulative <= 1 - p) keep[id] = 0
            }
            return keep
          })
          expect(tf.tidy(() => kept(keepTopP(tf.tensor(rows).expandDims(1), p)))).toEqual(expected)
        },
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  test("shape stays, tensors are released", () => {
    const logits = tf.randomNormal([2, 3, 5])
    const before = tf.memory().numTensors
    const filtered = keepTopP(logits, 0.5)
    expect(filtered.shape).toEqual([2, 3, 5])
    expect(tf.memory().numTensors).toBe(before + 1)
  })
})
