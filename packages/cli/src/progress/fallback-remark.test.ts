import { adamw, compile, randomStream, residentDataset, selectBackend, tf, train } from "@scalewise/nn"
import { expect, it } from "vitest"
import { fallbackRemark } from "./fallback-remark.ts"

it("tells at the first report why steps are not captured, and once", async () => {
  await selectBackend({ prefer: "cpu" })
  const said: string[] = []
  for (const mode of ["auto", "eager"] as const) {
    const parameters = { w: tf.scalar(1) }
    const step = compile<{ w: tf.Tensor }>(({ w }, { x }) => tf.mean<tf.Scalar>(tf.square(tf.mul(w, x!))), {
      parameters,
      optimizer: adamw({ rate: 0.1 }),
      mode,
    })
    const remark = fallbackRemark((text) => said.push(`${mode}: ${text}`))
    const dataset = residentDataset({ x: { values: Float32Array.of(1, 2, 3, 4), shape: [] } })
    for await (const event of train({ step, dataset, batchSize: 2, steps: 4, reportEvery: 1, random: randomStream(0) })) {
      remark(event)
      if (event.type === "step" && event.step === 1) expect(said).toHaveLength(1)
    }
    step.dispose()
    parameters.w.dispose()
  }
  expect(said).toEqual(["auto: Steps run operation by operation, which is slower: the backend in use has no graphs; only tfjs-node does"])
})
