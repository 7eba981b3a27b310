import { availableBackends, type BackendName } from "../backend/select-backend.ts"

/**
 * The backends that a test suite should run on: native, wasm and cpu where they start. WebGPU is left out, since a software
 * GPU is too slow for suites.
 */
export async function testBackends(): Promise<BackendName[]> {
  return (await availableBackends()).filter((name) => name !== "webgpu")
}
