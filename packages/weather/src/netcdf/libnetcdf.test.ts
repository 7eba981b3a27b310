import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest"
import { createForecastFile } from "../forecast/create-forecast-file.ts"
import { convertToNetcdf } from "./convert-to-netcdf.ts"
import { createNetcdf } from "./netcdf-writer.ts"

const run = promisify(execFile)
const shared = sharedFolder()

/** Files of ours must open in the tools of the netCDF library: it is fetched with pip into a folder of its own. */
describe("libnetcdf and xarray", () => {
  let folder = ""
  let reason: string | undefined
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "libnetcdf-"))
    try {
      await run("python3", [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
        "--timeout",
        "15",
        "--target",
        path.join(folder, "python"),
        "netCDF4",
        "xarray",
      ])
    } catch (error) {
      reason = `netCDF4 and xarray cannot be installed with pip: ${(error as Error).message.split("\n").at(-1)}`
    }
  }, 240_000)
  afterAll(() => rm(folder, { recursive: true }))

  const at = (name: string): string => path.join(folder, name)
  const python = async (context: TestContext, script: string, ...args: string[]): Promise<unknown> => {
    if (reason !== undefined) context.skip(reason)
    const code = `import json, sys\nimport numpy as np\nimport netCDF4, xarray\n${script}`
    const { stdout } = await run("python3", ["-c", code, ...args], { env: { ...process.env, PYTHONPATH: path.join(folder, "python") } })
    return JSON.parse(stdout)
  }

  it("read what the writer writes: types, attributes, fills, names", async (context) => {
    const writer = await createNetcdf(at("a.nc"), {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 3 },
      ],
      attributes: { title: "température", numbers: [1, 2.5] },
      variables: [
        { name: "t", type: "float64", dimensions: ["t"], attributes: { units: "days since 2000-01-01", calendar: "noleap" } },
        {
          name: "p",
          type: "int16",
          dimensions: ["t", "x"],
          attributes: { scale_factor: 0.5, add_offset: 10, _FillValue: { type: "int16", values: [-7] } },
        },
        { name: "b", type: "int8", dimensions: ["x"] },
        { name: "s", type: "char", dimensions: ["x"] },
        { name: "n", type: "int32", dimensions: [] },
      ],
    })
    await writer.write("t", [0, 58, 59], { start: [0], count: [3] })
    await writer.write("p", [1, -7, 3], { start: [1, 0], count: [1, 3] })
    await writer.write("b", [-1, 0, 1])
    await writer.write("s", "abc")
    await writer.write("n", [-5])
    await writer.close()
    const found = await python(
      context,
      `d = netCDF4.Dataset(sys.argv[1])
v = d.variables
print(json.dumps([d.data_model, d.title, list(d.numbers), v["p"][:].filled(-99).tolist(), v["b"][:].tolist(), b"".join(v["s"][:]).decode(), int(v["n"][...]),
  [str(t) for t in netCDF4.num2date(v["t"][:], v["t"].units, v["t"].calendar)]]))`,
      at("a.nc"),
    )
    expect(found).toEqual([
      "NETCDF3_CLASSIC",
      "température",
      [1, 2.5],
      [
        [-99, -99, -99],
        [10.5, -99, 11.5],
        [-99, -99, -99],
      ],
      [-1, 0, 1],
      "abc",
      -5,
      ["2000-01-01 00:00:00", "2000-02-28 00:00:00", "2000-03-01 00:00:00"],
    ])
  })

  it("open forecasts of every layout with decoded times", async (context) => {
    const grid = { latitudes: Float64Array.of(50, 40), longitudes: Float64Array.of(-10, 0, 10), isPeriodic: false }
    const day = 14_614 * 24 // 2010-01-05
    for (const [name, layout, starts] of [
      ["one.nc", "cf", [day]],
      ["many.nc", "cf", [day, day + 24]],
      ["wb2.nc", "wb2", [day, day + 24]],
    ] as const) {
      const file = await createForecastFile(at(name), {
        variables: [{ name: "z@500", units: "m", standardName: "geopotential_height" }],
        grid,
        calendar: "standard",
        starts: Float64Array.from(starts),
        leads: Float64Array.of(24, 48),
        members: 3,
        layout,
      })
      for (const start of starts.keys())
        for (const lead of [0, 1]) await file.write({ start, lead, values: Float32Array.from({ length: 18 }, (_, i) => 100 * lead + i) })
      await file.close()
    }
    const script = `d = xarray.open_dataset(sys.argv[1], decode_timedelta=True)
print(json.dumps([list(d.z500.dims), d.z500.isel(realization=2, missing_dims="ignore").isel(number=2, missing_dims="ignore").values.reshape(-1)[-6:].tolist(),
  [str(x)[:16] for x in d[sys.argv[2]].values.reshape(-1)], int(d.complete.sum()), float(d.z500.isnull().sum())]))`
    expect(await python(context, script, at("one.nc"), "time")).toEqual([
      ["time", "realization", "latitude", "longitude"],
      [112, 113, 114, 115, 116, 117],
      ["2010-01-06T00:00", "2010-01-07T00:00"],
      6,
      0,
    ])
    const twoStarts = ["2010-01-05T00:00", "2010-01-06T00:00"]
    expect(await python(context, script, at("many.nc"), "init_time")).toEqual([
      ["init_time", "lead_time", "realization", "latitude", "longitude"],
      [112, 113, 114, 115, 116, 117],
      twoStarts,
      12,
      0,
    ])
    expect(await python(context, script, at("wb2.nc"), "time")).toMatchObject([
      ["time", "prediction_timedelta", "number", "latitude", "longitude"],
      expect.anything(),
      twoStarts,
      12,
      0,
    ])
  })

  it.skipIf(shared === undefined)("find in converted files what was in the originals", async (context) => {
    for (const name of [
      "basin_mask.nc",
      "erai_global_u_2005-01-23.nc",
      "derived_types_utf8.nc",
      "uwnd_mean.nc",
      "tasmax_day_HadGEM2-CC_360day_2095.nc",
    ]) {
      const original = path.join(shared!, "data/weather/formats", name)
      await convertToNetcdf(original, at(name))
      const found = await python(
        context,
        `a, b = netCDF4.Dataset(sys.argv[1]), netCDF4.Dataset(sys.argv[2])
same = lambda x, y: np.array_equal(np.ma.getmaskarray(x), np.ma.getmaskarray(y)) and np.array_equal(np.ma.filled(x, 0), np.ma.filled(y, 0), equal_nan=x.dtype.kind == "f")
print(json.dumps([b.data_model, [n for n in a.variables if not same(a[n][...], b[n][...])], [n for n in a.variables if getattr(a[n], "units", 0) != getattr(b[n], "units", 0)]]))`,
        original,
        at(name),
      )
      expect([name, found]).toEqual([name, ["NETCDF3_CLASSIC", [], []]])
    }
  })
})
