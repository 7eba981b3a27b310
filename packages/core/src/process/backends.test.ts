import { selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { afterAll, expect, test } from "vitest"
import { guided } from "../sampling/guided.ts"
import { tempered } from "../sampling/tempered.ts"
import { twoScaleProcess } from "../testing/two-scale-pyramid.ts"
import { tokenLogLikelihood } from "./log-likelihood.ts"
import { refine } from "./refine.ts"

const backends = await testBackends()
const condition = { label: 0.4 }
const results = new Map<string, { tokens: number[]; nats: number[] }>()

test.each(backends)("%s draws, filters and scores", async (prefer) => {
  await selectBackend({ prefer })
  const process = tempered(guided(twoScaleProcess, { scale: 1.7 }), { temperature: 0.9, topK: [2, 0], topP: 0.95 })
  let tokens: number[] = []
  for await (const { state } of refine(process, { batch: 300, condition, seed: 11 }))
    tokens = Array.from(await state.conditional.tokens.data())
  const rows = tf.tensor(tokens, [300, 3], "int32")
  const { nats } = tokenLogLikelihood(twoScaleProcess, tf.split(rows, [1, 2], 1), { condition })
  results.set(prefer, { tokens, nats: Array.from(await nats.data()) })
  expect(new Set(tokens.filter((_, i) => i % 3 === 0))).toEqual(new Set([0, 2])) // top-2 of the coarse entries
})

test("the same seed gives the same tokens on every backend", async () => {
  const [first, ...others] = [...results.values()]
  expect(results.size).toBe(backends.length)
  for (const { tokens, nats } of others) {
    expect(tokens).toEqual(first!.tokens)
    await expectAllClose(nats, first!.nats, { tolerance: 1e-5 })
  }
})

afterAll(() => selectBackend({ prefer: "cpu" }))
