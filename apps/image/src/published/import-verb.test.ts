import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { ConfigError, loadTensors, saveTensors, selectBackend, tf } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { importVerb } from "./import-verb.ts"
import { memoryNeed, refuseWithoutMemory } from "./memory-need.ts"

const fixtures = path.join(sharedFolder() ?? "", "fixtures")
const tiny = path.join(fixtures, "var_tiny")
const isPresent = existsSync(path.join(tiny, "vae.safetensors"))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "import-verb-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...argv: string[]) => runVerb(importVerb, argv, imageApp)

describe.skipIf(!isPresent)("import (skipped without fixtures/var_tiny)", () => {
  const [vae, transformer, expected] = ["vae.pth", "var.pth", "expected.safetensors"].map((name) => path.join(tiny, name)) as [
    string,
    string,
    string,
  ]
  const model = () => path.join(folder, "model")

  it("converts, says what it found and compares: status 0", { timeout: 120_000 }, async () => {
    const { status, out, err } = await run(vae, transformer, "--out", model(), "--check", expected)
    expect(status).toBe(0)
    expect(out).toMatch(/depth 2, width 128, 2 heads.*attention normalised/)
    expect(out).toMatch(/token maps: 1, 2, 3, 4/)
    expect(out).toMatch(/greedy_cfg1\.5 .* ok/)
    expect(err).toMatch(/takes about 40\.1 MB of memory/)
    expect(JSON.parse(readFileSync(path.join(model(), "config.json"), "utf8"))).toMatchObject({
      kind: "image-model",
      metadata: { source: "published VAR checkpoint", files: { tokenizer: { file: "vae.pth" }, generator: { file: "var.pth" } } },
    })
  })

  it("compares an imported folder again; status 1 where a value is wrong", { timeout: 120_000 }, async () => {
    await selectBackend()
    const values = await loadTensors(expected)
    const { features } = values
    values["features"] = tf.tidy(() => tf.mul(features!, 1.01))
    const wrong = path.join(folder, "wrong.safetensors")
    for (const name of Object.keys(values).filter((one) => /logits|greedy/.test(one))) {
      values[name]!.dispose()
      delete values[name]
    }
    await saveTensors(wrong, values)
    tf.dispose([features!, ...Object.values(values)])
    const { status, out } = await run(model(), "--check", wrong, "--json", "--quiet")
    expect(status).toBe(1)
    const { check, config } = JSON.parse(out)
    expect(config.generator.depth).toBe(2)
    expect(check.passed).toBe(false)
    expect(check.tensors.filter(({ passed }: { passed: boolean }) => !passed)).toEqual([
      { name: "features", error: expect.closeTo(0.01 / 1.01, 4), limit: 1e-3, passed: false },
    ])
  })

  it("refuses in one sentence: status 3 for bad files, 2 for usage", async () => {
    const hostile = await run(path.join(fixtures, "hostile.pth"), "--out", path.join(folder, "none"))
    expect(hostile).toMatchObject({ status: 3, out: "", err: expect.stringMatching(/^error: .*posix\.system.*\n$/) })
    const swapped = await run(transformer, vae, "--out", path.join(folder, "none"))
    expect(swapped).toMatchObject({ status: 3, err: expect.stringMatching(/^error: .*check the order of the files\n$/) })
    expect(existsSync(path.join(folder, "none"))).toBe(false)
    expect(await run(vae, transformer)).toMatchObject({ status: 2, err: expect.stringContaining("--out") })
    expect(await run(folder)).toMatchObject({ status: 2, err: expect.stringContaining("--check") })
    expect(await run(vae, transformer, "--out", path.join(folder, "none"), "--grids", "1,x")).toMatchObject({ status: 2 })
  })
})

describe("memory for an import", () => {
  it("is refused where it would not suffice, unless forced", () => {
    const need = memoryNeed({ tokenizer: 108_948_355, generator: 310_283_536 }) // d16
    expect(need).toBe(8 * 419_231_891)
    expect(() => refuseWithoutMemory({ need, free: 3e9, force: false })).toThrow(ConfigError)
    expect(() => refuseWithoutMemory({ need, free: 3e9, force: false })).toThrow(/about 3\.4 GB .* found 3 GB; .*--force$/)
    refuseWithoutMemory({ need, free: 3e9, force: true })
    refuseWithoutMemory({ need, free: 4e9, force: false })
  })
})
