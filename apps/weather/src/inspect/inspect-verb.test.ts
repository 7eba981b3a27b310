import { existsSync, readdirSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { saveCheckpoint, selectBackend, tf } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { writeChannelSeries } from "@scalewise/weather"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { inspectVerb } from "./inspect-verb.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")
const run = (...argv: string[]) => runVerb(inspectVerb, argv, { name: "scalewise-weather", domain: "weather" })

let folder = ""
let channel = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "inspect-"))
  channel = path.join(folder, "channel.nc")
  await writeChannelSeries(channel, { years: 0.6, model: { rows: 4, columns: 8 } })
})
afterAll(() => rm(folder, { recursive: true }))

describe("inspect", () => {
  it("tells people what a file holds, and programs exactly the same", async () => {
    const text = await run(channel)
    expect([text.status, text.err]).toEqual([0, ""])
    expect(text.out).toMatch(/channel\.nc: NETCDF3_CLASSIC, 4 variables\n/)
    expect(text.out).toMatch(
      /\ntime: 2001-01-01 to 2001-08-07, 219 times, 1 day apart, standard calendar, no gaps\ngrid: 4 x 8, .*round the globe\n/,
    )
    expect(text.out).toMatch(/\nIt can be trained on\.\n$/)
    const json = await run(channel, "--json")
    const found = JSON.parse(json.out) as Record<string, unknown> & { variables: Record<string, unknown>[] }
    expect(Object.keys(found)).toEqual(["file", "format", "variables", "time", "grid", "trainable", "reasons"])
    expect(Object.keys(found.variables[0]!)).toEqual(["name", "dimensions", "shape", "units", "missing", "minimum", "maximum", "mean"])
    expect(found).toMatchObject({ file: channel, trainable: true, reasons: [] })
  })

  it("takes several files; one that cannot be read does not hide the others", async () => {
    const { status, out, err } = await run(path.join(folder, "none.nc"), channel, "--json")
    expect([status, JSON.parse(out)]).toEqual([3, [expect.objectContaining({ file: channel })]])
    expect(err).toMatch(/^[^\n]*none\.nc: expected a file of gridded data, got no such file; check the path\n$/)
  })

  it("tells what a checkpoint is", async () => {
    await selectBackend({ prefer: "cpu" })
    const tensors = { "a.w": tf.tensor1d([1, 2]) }
    const at = path.join(folder, "checkpoint")
    await saveCheckpoint(at, { kind: "toy", config: {}, tensors })
    tf.dispose(tensors)
    const found = await run(at)
    expect([found.status, found.out]).toEqual([0, expect.stringMatching(/checkpoint of "toy"/)])
    expect((await run(path.join(at, "model.safetensors"))).status).toBe(0)
    const nothing = await run(folder)
    expect([nothing.status, nothing.err.split("\n").length]).toEqual([0, 1])
  })

  // The readers and the HDF5 library are loaded once, however busy the machine is.
  beforeAll(async () => {
    if (shared !== undefined) await run(path.join(weather, "formats/rotated_pole.nc"))
  })

  it.each(existsSync(weather) ? readdirSync(path.join(weather, "broken")) : [])(
    "broken/%s: exit status 3, one sentence, within 2 seconds",
    async (name) => {
      const begin = performance.now()
      const { status, out, err } = await run(path.join(weather, "broken", name), "--json")
      expect(performance.now() - begin).toBeLessThan(2000)
      expect([status, err.trim().split("\n").length]).toEqual([3, 1])
      expect(err).toMatch(/expected .*, got .*;/)
      // What could be read all the same is shown; nothing else is.
      const isShown = name.includes("nan_inf") || name.includes("streaming")
      expect("file" in (JSON.parse(out) as object)).toBe(isShown)
    },
  )

  it.skipIf(shared === undefined)("shows Zarr folders, and formats that cannot be trained on with the reason", async () => {
    const zarr = await run(path.join(weather, "zarr/air_temperature.zarr"))
    expect([zarr.status, zarr.out]).toEqual([
      0,
      expect.stringMatching(/ZARR2, 4 variables[\s\S]*6 hours apart[\s\S]*It can be trained on\./),
    ])
    const stations = await run(path.join(weather, "formats/madis-sao.nc"))
    expect([stations.status, stations.out]).toEqual([
      0,
      expect.stringMatching(/and 74 more; --json has all[\s\S]*It cannot be trained on: none of its variables/),
    ])
  })
})
