import { selectBackend } from "@scalewise/nn"
import { fitClimatology, makeTimeAxis, trainingQuantiles, verifyForecast, type FieldSeries, type ForecastSource } from "@scalewise/weather"
import { beforeAll, describe, expect, it } from "vitest"
import { displayStyle } from "./display-style.ts"
import { reportPage, type ReportContent, type WeatherReport } from "./report-page.ts"
import { leadText, shownLeads } from "./shown-leads.ts"
import { trainingCurves } from "./training-curves.ts"

const grid = {
  latitudes: Float64Array.from({ length: 8 }, (_, i) => 65 - 5 * i),
  longitudes: Float64Array.from({ length: 12 }, (_, j) => -60 + 5 * j),
  isPeriodic: false,
}
const cells = 96
const variables = [{ name: "slp", units: "Pa", longName: "sea level pressure" }]
/** Waves that travel east, in Pa; `wobble` tells members apart. */
const state = (hours: number, wobble = 0): Float32Array =>
  Float32Array.from(
    { length: cells },
    (_, cell) =>
      101_300 +
      900 * Math.sin((cell % 12) / 2 - hours / 40 + wobble) * Math.cos(Math.floor(cell / 12) / 3) +
      300 * Math.sin(hours / 17 + cell) +
      200 * Math.cos((2 * Math.PI * hours) / 8766),
  )
const days = 3 * 365
const hours = Float64Array.from({ length: days }, (_, t) => 24 * t)
const truth: FieldSeries = {
  variables,
  grid,
  time: makeTimeAxis(hours, "noleap"),
  values: Float32Array.from({ length: days * cells }),
}
for (let t = 0; t < days; t++) truth.values.set(state(hours[t]!), t * cells)
const forecast: ForecastSource = {
  name: "test model",
  variables,
  grid,
  calendar: "noleap",
  starts: Float64Array.from({ length: 10 }, (_, s) => 24 * (2 * 365 + 30 * s)),
  leads: Float64Array.from([24, 48, 72]),
  members: 4,
  read(start) {
    const fields = new Float32Array(3 * 4 * cells)
    for (let l = 0; l < 3; l++)
      for (let m = 0; m < 4; m++) fields.set(state(this.starts[start]! + this.leads[l]!, (m - 1.5) * 0.1 * (l + 1)), (l * 4 + m) * cells)
    return Promise.resolve(fields)
  },
}
const base = { forecast, command: "scalewise-weather report <x>", machine: "a machine" }
/** What a page says and draws, without the pictures' bytes, in which any three letters may stand. */
const plain = (html: string): string => html.replaceAll(/base64,[^"]*/g, "")
const headings = (html: string): string[] => [...html.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, heading]) => heading!)

describe("report page", () => {
  let full: ReportContent
  let report: WeatherReport
  beforeAll(async () => {
    await selectBackend()
    const trainTimes = [...hours.keys()].filter((t) => t < 2 * 365)
    const climatology = fitClimatology(truth, { times: trainTimes })
    const persisted: ForecastSource = {
      ...forecast,
      name: "persistence",
      members: 1,
      read: (start) => {
        const field = state(forecast.starts[start]!)
        return Promise.resolve(Float32Array.from({ length: 3 * cells }, (_, i) => field[i % cells]!))
      },
    }
    const verification = await verifyForecast(forecast, {
      truth,
      climatology,
      quantiles: trainingQuantiles(truth, trainTimes),
      baselines: [persisted],
      training: "two years",
      resamples: 50,
    })
    full = {
      ...base,
      truth,
      climatology,
      verification,
      film: {
        variable: "slp",
        caption: "member 1, day 1",
        frames: [3000, 1500, 750].map((wavelengthKm, k) => ({
          wavelengthKm,
          field: state(0).map((value) => 101_300 + ((value - 101_300) * (k + 1)) / 3),
        })),
      },
      training: trainingCurves([
        { stage: "prepared" },
        { step: 20, loss: 2.5 },
        { step: 40, epoch: 1, validation: { scale1: 2.1, scale2: 1.9 } },
        { step: 80, epoch: 2, validation: { scale1: 2, scale2: 1.8 } },
      ]),
      settings: [["temperatures", "1, 1, 1"]],
    }
    report = await reportPage(full)
  })

  it("shows everything that it is given, in hPa, in one file without scripts", () => {
    const { html, pictures } = report
    expect(headings(html)).toEqual([
      "Maps",
      "From coarse to fine",
      "At one place",
      "Scores by lead",
      "Calibration",
      "Scales",
      "Mean error",
      "Training",
      "Settings and data",
    ])
    expect(Object.keys(pictures)).toEqual(["maps-slp", "meteogram-slp", "film"])
    expect(html.includes("fair CRPS (hPa)")).toBe(true)
    expect(html.includes("Spread of 4 members")).toBe(true)
    expect(html.includes("1: ≥ 3,000 km")).toBe(true)
    expect(html.includes("scalewise-weather report &lt;x&gt;")).toBe(true)
    expect(plain(html).match(/.{0,90}(<script|NaN|[>"( ]undefined[<")]|\bPa\b|Infinity)/)?.[0]).toBeUndefined()
    for (const svg of Object.values(pictures)) expect(svg.slice(0, 5)).toBe("<svg ")
  })

  it("says the scores as they are: CRPS of the table is that of the verification, in hPa", () => {
    const { html } = report
    const crps = full.verification!.variables[0]!.systems[0]!.leads[0]!.crps! / 100
    const row = /<th scope="row">test model<\/th>(.*?)<\/tr>/s.exec(html)![1]!
    const [members, first] = [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, cell]) => cell)
    expect(members).toBe("4")
    expect(Number(first)).toBeCloseTo(crps, 2)
  })

  it("leaves out what it is not given: a forecast alone has maps, a meteogram and settings", async () => {
    const { html } = await reportPage(base)
    expect(headings(html)).toEqual(["Maps", "At one place", "Settings and data"])
    expect(plain(html).match(/Truth|climatology, 90|NaN|undefined/)).toBeNull()
    const single = await reportPage({
      ...base,
      forecast: {
        ...forecast,
        members: 1,
        read: async (start) => (await forecast.read(start)).filter((_, i) => Math.floor(i / cells) % 4 === 0),
      },
    })
    expect(plain(single.html).match(/Spread of|NaN/)).toBeNull()
  })

  it("shows the start that is asked for, and names those that there are otherwise", async () => {
    expect((await reportPage({ ...base, start: 3 })).html.includes("The maps start on 1972-04-01")).toBe(true)
    await expect(reportPage({ ...base, start: 10 })).rejects.toThrow("expected a start from 0 to 9, got 10")
  })

  it("shows the meteogram of the nearest cell, across the date line too", async () => {
    expect((await reportPage({ ...base, point: { latitude: 51, longitude: 329 } })).html.includes("at 50°N 30°W")).toBe(true)
  })
})

describe("what is shown", () => {
  it("leads are the first, the last, and some between", () => {
    expect(shownLeads([24, 48, 72])).toEqual([0, 1, 2])
    expect(shownLeads(Array.from({ length: 15 }, (_, i) => 24 * (i + 1)))).toEqual([0, 1, 3, 7, 14])
    expect(shownLeads(Array.from({ length: 41 }, (_, i) => 6 * i))).toEqual([1, 3, 6, 16, 40])
    expect([24, 6, 36, 240].map(leadText)).toEqual(["day 1", "6 h", "36 h", "day 10"])
  })

  it("pressure is shown in hPa with isobars, other units as they are", () => {
    expect(displayStyle({ units: "Pa" }, [98_000, 103_000])).toMatchObject({ units: "hPa", scale: 0.01, contours: 4, extrema: 4 })
    expect(displayStyle({ units: "hPa" }, [0, 1000]).contours).toBeUndefined()
    expect(displayStyle({ units: "K" }, [250, 300])).toEqual({ units: "K", scale: 1, palette: "sequential" })
    expect(displayStyle({ units: "m" }, [5000, 5900]).contours).toBe(60)
    expect(displayStyle({ units: "m**2 s**-2" }, [50_000, 58_000])).toMatchObject({ units: "m² s⁻²", contours: 600 })
  })
})
