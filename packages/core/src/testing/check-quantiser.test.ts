import { tf, type Parameters } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { finiteScalarQuantiser } from "../quantiser/finite-scalar-quantiser.ts"
import type { Quantiser } from "../quantiser/quantiser.ts"
import { checkQuantiser } from "./check-quantiser.ts"

const good = finiteScalarQuantiser({ levels: [3, 4] })

describe("checkQuantiser", () => {
  it("passes one that keeps the promises, with parameters of the caller's too", async () => {
    await checkQuantiser(good, { parameters: {}, steps: 2, seed: "another" })
  })

  const broken: Record<string, [Partial<Quantiser<Record<never, never> & Parameters>>, RegExp]> = {
    "counts from one": [
      { encode: (p, x, step) => good.encode(p, x, step).add(1).toInt() },
      /tokens at scale 1: expected int32 from 0 to 11/,
    ],
    "gives floats": [{ encode: (p, x) => good.encode(p, x).toFloat() }, /got float32/],
    "gives one token a batch": [{ encode: (p, x) => good.encode(p, x).max(1) }, /tokens \(ids\) at scale 1: expected \[2, 32\], got \[2\]/],
    "looks at its neighbours": [
      { encode: (p, x) => good.encode(p, x.sub(x.mean([0, 1], true)).add(x.shape[0] - 1)) },
      /alone against in a batch/,
    ],
    "has a code twice": [{ decode: (p, ids) => good.decode(p, ids.minimum(tf.scalar(10, "int32"))) }, /expected 12 different ones, got 11/],
    "gives another code than the nearest": [{ encode: (p, x) => good.encode(p, x.neg()) }, /expected the nearest/],
    "has a regulariser for each vector": [{ regulariser: (_, x) => x.sum(-1) }, /regulariser at scale 1: expected a finite scalar/],
    "keeps a tensor": [{ regulariser: () => (tf.keep(tf.zeros([1])), tf.scalar(0)) }, /memory/],
  }
  it.each(Object.entries(broken))("refuses one that %s", async (_, [part, message]) => {
    await expect(checkQuantiser({ ...good, ...part })).rejects.toThrow(message)
  })

  it("refuses a code that the vector's gradient reaches", async () => {
    const leaking: typeof good = {
      ...good,
      tokens: "ids",
      encode: (p, x) => Object.assign(good.encode(p, x), { source: x }),
      decode: (p, ids) => {
        const { source } = ids as tf.Tensor & { source?: tf.Tensor }
        const codes = good.decode(p, ids)
        return source ? codes.add(source.mul(1e-9)) : codes
      },
    }
    await expect(checkQuantiser(leaking)).rejects.toThrow(/gradient through encode/)
  })
})
