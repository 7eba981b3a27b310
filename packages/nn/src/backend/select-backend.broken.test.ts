import { expect, test, vi } from "vitest"
import { selectBackend } from "./select-backend.ts"
import * as tf from "./tf.ts"

// A module cache holds one failure for ever, so each kind of breakage needs fresh modules.
test.each([
  {
    error: Object.assign(new Error("Cannot find package '@tensorflow/tfjs-node' imported from there"), { code: "ERR_MODULE_NOT_FOUND" }),
    says: "install the package @tensorflow/tfjs-node",
  },
  {
    error: new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: lib"),
    says: "its compiled addon is missing",
  },
  {
    error: Object.assign(new Error("libtensorflow.so.2: cannot open shared object file"), { code: "ERR_DLOPEN_FAILED" }),
    says: "its compiled addon does not load",
  },
])("a native backend that fails is no crash: $says", async ({ error, says }) => {
  vi.resetModules()
  vi.doMock("@tensorflow/tfjs-node", () => {
    throw error
  })
  const fresh = await import("./select-backend.ts")
  const report = await fresh.selectBackend()
  expect(report.name).toBe("wasm")
  expect(report.reason).toContain("native is not available")
  expect(report.reason).toContain(says)
  expect(report.advice).toContain("pnpm doctor")
  expect(tf.getBackend()).toBe("wasm")
  expect(await fresh.selectBackend({ prefer: "native" })).toMatchObject({ name: "wasm" })
  vi.doUnmock("@tensorflow/tfjs-node")
})

test("unbroken modules are not affected", async () => {
  expect((await selectBackend({ prefer: "cpu" })).name).toBe("cpu")
})
