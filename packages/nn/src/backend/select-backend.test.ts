import { describe, expect, test } from "vitest"
import { availableBackends, selectBackend } from "./select-backend.ts"
import * as tf from "./tf.ts"

describe("selectBackend", async () => {
  const available = await availableBackends()

  test("takes the best one, says why, and stays with it", async () => {
    const report = await selectBackend()
    expect(report.name).toBe(available.find((name) => name !== "webgpu"))
    expect(report.reason).toContain(report.name)
    expect(await selectBackend()).toEqual(report)
    expect(report.advice ?? "none").toContain(available.includes("native") ? "none" : "pnpm doctor")
  })

  test.runIf(available.includes("native"))("the native library gets all cores unless the environment says otherwise", async () => {
    const { threads } = await selectBackend({ prefer: "native" })
    expect(threads).toBe(Number(process.env.TF_NUM_INTRAOP_THREADS))
    expect(threads).toBeGreaterThan(0)
  })

  test.each(["wasm", "cpu"] as const)("takes %s where it is asked for, with advice", async (prefer) => {
    expect(available).toContain(prefer)
    const report = await selectBackend({ prefer })
    expect(report.name).toBe(prefer)
    expect(tf.getBackend()).toBe(prefer)
    expect(report.advice).toBeDefined()
    if (prefer === "wasm") expect(report.reason).toMatch(/Scalewise's own, with (standard|relaxed) SIMD/)
    const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])))
    expect([...(await product.data())]).toEqual([11])
    product.dispose()
  })

  test.skipIf(available.includes("webgpu"))("says what WebGPU lacks and takes the next best", async () => {
    const report = await selectBackend({ prefer: "webgpu" })
    expect(report.name).toBe(available[0])
    expect(report.reason).toMatch(/webgpu is not available: install the package/)
  })

  test("listing what is available changes nothing", async () => {
    await selectBackend({ prefer: "cpu" })
    await availableBackends()
    expect(tf.getBackend()).toBe("cpu")
  })
})
