import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { CheckpointError, DataError, saveCheckpoint, selectBackend, tf, writeSafetensors } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { openRunFolder } from "../run/run-folder.ts"
import { inspectPath } from "./inspect-path.ts"

beforeAll(async () => void (await selectBackend({ prefer: "cpu" })))

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "inspect-"))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (...names: string[]) => path.join(folder, ...names)

async function saveModel(name: string) {
  const tensors = { "encoder.weight": tf.tensor2d([[1, -2, 3]]), "encoder.bias": tf.tensor1d([0.5]), "head.weight": tf.tensor1d([4, 5]) }
  await saveCheckpoint(at(name), { kind: "toy", version: 2, config: { width: 3, deep: { a: [1, 2] } }, tensors, metadata: { seed: 7 } })
  tf.dispose(tensors)
}

const writeTensors = (name: string, values: Float32Array | BigInt64Array) =>
  writeSafetensors(
    at(name),
    new Map([
      ["w", { dtype: values instanceof Float32Array ? ("F32" as const) : ("I64" as const), shape: [values.length], values: () => values }],
    ]),
    { metadata: { made: "by a test" } },
  )

describe("inspectPath", () => {
  it("tells the tensors of a safetensors file, whatever its name, with what is no number", async () => {
    await writeTensors("w.safetensors", Float32Array.of(1, NaN, -3, Infinity, -Infinity, NaN))
    await writeTensors("named.bin", BigInt64Array.of(-5n, 2n ** 40n))
    const found = await inspectPath(at("w.safetensors"))
    expect(found).toMatchObject({
      kind: "tensors",
      data: {
        format: "safetensors",
        elements: 6,
        metadata: { made: "by a test" },
        tensors: [{ name: "w", dtype: "F32", shape: [6], count: 6, min: -3, max: 1, nan: 2, plusInfinity: 1, minusInfinity: 1 }],
      },
    })
    expect(found!.faults).toEqual([`${at("w.safetensors")}: tensor "w" has 2 NaN and 1 infinite numbers among 6`])
    expect(found!.text).toMatch(/tensor +shape +format +min +max +NaN +\+inf +-inf\nw +\[6\] +F32 +-3 +1 +2 +1 +1/)
    const other = await inspectPath(at("named.bin"))
    expect(other!.data["tensors"]).toMatchObject([{ dtype: "I64", min: -5, max: 2 ** 40 }])
    expect(other!.faults).toEqual([])
    const names = await inspectPath(at("w.safetensors"), { values: false })
    expect(names!.data["tensors"]).toEqual([{ name: "w", dtype: "F32", shape: [6], count: 6 }])
    expect(names!.faults).toEqual([])
  })

  it("does not take an attention mask for a fault", async () => {
    await writeTensors("mask.safetensors", Float32Array.of(0, -Infinity))
    expect((await inspectPath(at("mask.safetensors")))!.faults).toEqual([])
  })

  it("tells a checkpoint's kind, config, parameters by part and metadata", async () => {
    await saveModel("model")
    const found = await inspectPath(at("model"))
    expect(found).toMatchObject({
      kind: "checkpoint",
      faults: [],
      data: {
        of: "toy",
        version: 2,
        config: { width: 3, deep: { a: [1, 2] } },
        metadata: { seed: 7 },
        parameters: 6,
        parts: { encoder: { tensors: 2, parameters: 4 }, head: { tensors: 1, parameters: 2 } },
      },
    })
    expect(found!.text).toMatch(/checkpoint of "toy", version 2, 6 parameters in 3 tensors/)
    expect(found!.text).toMatch(/config:\n {2}width: 3\n {2}deep:/)
    expect(found!.text).toMatch(/encoder\.weight +\[1, 3\] +F32 +-2 +3/)
    expect(found!.text).toMatch(/metadata:\n {2}seed: 7/)
  })

  it("refuses damaged checkpoints in one sentence", async () => {
    await saveModel("model")
    await truncate(at("model", "model.safetensors"), 200)
    await expect(inspectPath(at("model"))).rejects.toThrow(CheckpointError)
    await writeFile(at("model", "config.json"), "{ half")
    await expect(inspectPath(at("model"))).rejects.toThrow(/expected JSON/)
    await rm(at("model", "config.json"))
    await expect(inspectPath(at("model"))).rejects.toThrow(/config\.json/)
    await rm(at("model", "model.safetensors"))
    expect(await inspectPath(at("model"))).toBeUndefined() // an empty folder is none of its business
    await writeFile(at("text"), "a text of some length")
    await expect(inspectPath(at("text"))).rejects.toThrow(/expected a safetensors or PyTorch file, or a folder, got a file of another kind/)
    await expect(inspectPath(at("nowhere"))).rejects.toThrow(DataError)
  })

  it("lists the checkpoints in a folder, damaged ones apart", async () => {
    await saveModel("a/one")
    await saveModel("a/two")
    await writeFile(at("a", "two", "config.json"), "{}")
    const found = await inspectPath(at("a"))
    expect(found).toMatchObject({ kind: "checkpoints", data: { checkpoints: [{ path: "one", of: "toy", parameters: 6 }] } })
    expect(found!.faults).toHaveLength(1)
    expect(found!.faults[0]).toMatch(/two.config\.json: expected the config of a checkpoint/)
  })

  it("tells a run's command, config, log and checkpoints", async () => {
    const environment = { command: ["toy", "train"], startedAt: "2030-01-01T00:00:00.000Z", cpu: "abacus", backend: { name: "cpu" } }
    const run = await openRunFolder({ root: folder, domain: "toy", name: "first", config: { rate: 0.1 }, environment })
    run.metrics.append({ step: 1, loss: 2 })
    run.metrics.append({ step: 2, loss: 1.5 })
    run.close()
    await saveModel("toy/first/checkpoints/step-00000002")
    await run.write("samples/a.txt", "x")
    await run.write("report.html", "<p>")
    const found = await inspectPath(run.path)
    expect(found).toMatchObject({
      kind: "run",
      faults: [],
      data: {
        config: { rate: 0.1 },
        metrics: { records: 2, last: { step: 2, loss: 1.5 } },
        checkpoints: [{ path: "step-00000002", of: "toy", parameters: 6 }],
        samples: ["a.txt"],
        files: [{ name: "report.html", bytes: 3 }],
      },
    })
    expect(found!.text).toMatch(/command: toy train\nmachine: abacus; backend cpu/)
    await appendFile(path.join(run.path, "metrics.jsonl"), '{"step":3,\n{"step":4}\n')
    expect((await inspectPath(run.path))!.faults).toEqual([expect.stringMatching(/metrics\.jsonl: line 3 of 4 is damaged/)])
    await writeFile(path.join(run.path, "environment.json"), "{")
    await expect(inspectPath(run.path)).rejects.toThrow(/environment\.json: expected JSON/)
  })

  it("stops when it is told to", async () => {
    await saveModel("model")
    await expect(inspectPath(at("model"), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })

  const shared = sharedFolder()
  it.skipIf(shared === undefined)("reads PyTorch files and executes nothing (needs the folder of reference data)", async () => {
    const fixtures = path.join(shared!, "fixtures")
    const found = await inspectPath(path.join(fixtures, "var_tiny/var.pth"))
    const same = await inspectPath(path.join(fixtures, "var_tiny/var.safetensors"))
    expect(found!.data["format"]).toBe("pth")
    const byName = (tensors: unknown) => (tensors as { name: string }[]).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(byName(found!.data["tensors"])).toEqual(byName(same!.data["tensors"]))
    await expect(inspectPath(path.join(fixtures, "hostile.pth"))).rejects.toThrow(/posix\.system/)
    // A pickle without a zip archive around it, as PyTorch wrote it before 1.6.
    await mkdir(at("old"))
    await writeFile(at("old", "model.pth"), Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9))
    await expect(inspectPath(at("old", "model.pth"))).rejects.toThrow(CheckpointError)
  })
})
