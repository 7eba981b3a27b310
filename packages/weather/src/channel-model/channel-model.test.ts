import { mkdtemp, readFile, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { ConfigError, randomStream } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { describeFile } from "../data/describe-file.ts"
import { openGridded } from "../data/open-gridded.ts"
import { laplacian, subtractAdvection, type ChannelGrid } from "./channel-grid.ts"
import { channelModel } from "./channel-model.ts"
import { vorticityInverter } from "./invert-vorticity.ts"
import { rowTransform } from "./row-transform.ts"
import { writeChannelSeries } from "./write-channel-series.ts"

const grid: ChannelGrid = { rows: 6, columns: 16, dx: 3, dy: 2 }
const size = 8 * 16
const noise = (label: string): Float64Array => Float64Array.from(randomStream(1).fold(label).normalValues([size]))

describe("the parts of the channel model", () => {
  it("transform rows as the sum of the definition does, and back", () => {
    const { forward, inverse } = rowTransform(16)
    const [re, im] = [noise("re"), noise("im")]
    const [transformedRe, transformedIm] = [re.slice(), im.slice()]
    forward(transformedRe, transformedIm, 16)
    for (let k = 0; k < 16; k++) {
      let [sumRe, sumIm] = [0, 0]
      for (let j = 0; j < 16; j++) {
        const angle = (-2 * Math.PI * j * k) / 16
        sumRe += re[16 + j]! * Math.cos(angle) - im[16 + j]! * Math.sin(angle)
        sumIm += re[16 + j]! * Math.sin(angle) + im[16 + j]! * Math.cos(angle)
      }
      expect(transformedRe[16 + k]).toBeCloseTo(sumRe, 10)
      expect(transformedIm[16 + k]).toBeCloseTo(sumIm, 10)
    }
    inverse(transformedRe, transformedIm, 16)
    for (let i = 0; i < size; i++) expect(transformedRe[i]).toBeCloseTo(re[i]!, 12)
  })

  it("find the flow whose vorticity is given, between walls", () => {
    const [mean, difference] = [noise("mean"), noise("difference")]
    for (const [field, wall] of [
      [mean, 0.5],
      [difference, -2],
    ] as const) {
      field.fill(wall, 0, 16)
      field.fill(2 * wall, size - 16)
    }
    const [vorticityOfMean, vorticityOfDifference] = [new Float64Array(size), new Float64Array(size)]
    laplacian(grid, mean, vorticityOfMean)
    laplacian(grid, difference, vorticityOfDifference)
    for (let i = 16; i < size - 16; i++) vorticityOfDifference[i] = vorticityOfDifference[i]! - 0.7 * difference[i]!
    for (const [from, to] of [
      [mean, vorticityOfMean],
      [difference, vorticityOfDifference],
    ] as const) {
      to.set(from.subarray(0, 16))
      to.set(from.subarray(size - 16), size - 16)
    }
    vorticityInverter(grid, 0.7)({ mean: vorticityOfMean, difference: vorticityOfDifference })
    for (let i = 16; i < size - 16; i++) {
      expect(vorticityOfMean[i]).toBeCloseTo(mean[i]!, 9)
      expect(vorticityOfDifference[i]).toBeCloseTo(difference[i]!, 9)
    }
  })

  it("advect without making vorticity, enstrophy or energy", () => {
    const [psi, q, out] = [noise("psi"), noise("q"), new Float64Array(size)]
    // No flow through the walls, and nothing on them.
    for (const field of [psi, q]) {
      for (const wall of [0, 7]) field.fill(0, wall * 16, wall * 16 + 16)
    }
    subtractAdvection(grid, psi, q, out)
    const sum = (weight: (i: number) => number): number => out.reduce((total, value, i) => total + value * weight(i), 0)
    const scale = out.reduce((total, value) => total + Math.abs(value), 0)
    expect(scale).toBeGreaterThan(1)
    expect(Math.abs(sum((i) => q[i]!)) / scale).toBeLessThan(1e-12)
    expect(Math.abs(sum((i) => psi[i]!)) / scale).toBeLessThan(1e-12)
    // Solid rotation carries a wave along: J(psi, q) = -u dq/dx where psi = -u y.
    for (let i = 0; i < size; i++) {
      psi[i] = -5 * Math.floor(i / 16) * grid.dy
      q[i] = Math.sin((2 * Math.PI * (i % 16)) / 16)
    }
    out.fill(0)
    subtractAdvection(grid, psi, q, out)
    const slope = (i: number): number => (Math.sin((2 * Math.PI * (i + 1)) / 16) - Math.sin((2 * Math.PI * (i - 1)) / 16)) / (2 * grid.dx)
    for (let i = 16; i < size - 16; i++) expect(out[i]).toBeCloseTo(-5 * slope(i % 16), 10)
  })
})

describe("the channel model", () => {
  let folder = ""
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "channel-"))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it("has weather: winds of a plausible strength, chaos, and no drift to infinity", () => {
    const model = channelModel(randomStream(1))
    const { rows, columns, dy } = model.grid
    model.advance(24 * 150)
    const wind = (field: Float64Array): number => {
      let strongest = 0
      for (let at = columns; at < (rows + 1) * columns; at++)
        strongest = Math.max(strongest, Math.abs(field[at + columns]! - field[at - columns]!) / (2 * dy))
      return strongest
    }
    expect(wind(model.upper)).toBeGreaterThan(25)
    expect(wind(model.upper)).toBeLessThan(100)
    expect(wind(model.lower)).toBeLessThan(wind(model.upper))
    // Waves, not only a jet: streamfunctions vary along the middle row.
    const middle = model.lower.subarray(12 * columns, 13 * columns)
    expect(Math.max(...middle) - Math.min(...middle)).toBeGreaterThan(5e6)
  })

  it("writes a file that can be trained on, the same for the same seed, another for another", async () => {
    const at = (name: string): string => path.join(folder, name)
    const model = { rows: 12, columns: 32, rowSpacing: 556e3 }
    for (const [name, seed] of [
      ["a.nc", 1],
      ["b.nc", 1],
      ["c.nc", 2],
    ] as const)
      await writeChannelSeries(at(name), { years: 0.6, seed, surface: true, model })
    expect((await readFile(at("a.nc"))).equals(await readFile(at("b.nc")))).toBe(true)
    expect((await readFile(at("a.nc"))).equals(await readFile(at("c.nc")))).toBe(false)
    expect((await readdir(folder)).sort()).toEqual(["a.nc", "b.nc", "c.nc"])
    const { description, faults } = await describeFile(at("a.nc"))
    expect(description).toMatchObject({
      trainable: true,
      time: { from: "2001-01-01", steps: 219, stepHours: 24 },
      grid: { periodic: true, rows: 12, columns: 32 },
    })
    expect(faults).toEqual([])
    const dataset = await openGridded([at("a.nc")])
    const [z, other] = [await dataset.read("z500"), await dataset.read("msl:hPa")]
    expect([z.every((value) => value > 4500 && value < 6500), other.every((value) => value > 900 && value < 1100)]).toEqual([true, true])
    // A day ahead the weather is much like today's, ten days ahead it is not.
    const change = (days: number): number => {
      let sum = 0
      for (let i = 0; i < z.length - days * 384; i++) sum += (z[i + days * 384]! - z[i]!) ** 2
      return Math.sqrt(sum / (z.length - days * 384))
    }
    expect(change(1)).toBeLessThan(0.6 * change(10))
    await dataset.close()
  })

  it("leaves nothing behind when it is stopped, and refuses what it cannot do", async () => {
    const controller = new AbortController()
    const stopped = writeChannelSeries(path.join(folder, "a.nc"), {
      years: 1,
      model: { rows: 4, columns: 8 },
      signal: controller.signal,
      onDay: (day) => day === 3 && controller.abort(),
    })
    await expect(stopped).rejects.toThrow(/abort/i)
    expect(await readdir(folder)).toEqual([])
    await expect(writeChannelSeries(path.join(folder, "a.nc"), { years: 0 })).rejects.toThrow(ConfigError)
    expect(() => channelModel(randomStream(1), { columns: 60 })).toThrow(/power of two/)
  })
})
