import path from "node:path"
import { selectBackend } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { expect, it } from "vitest"
import { dateAt } from "../calendar/calendar.ts"
import { fitClimatology } from "../climatology/harmonic-climatology.ts"
import { openGridded } from "../data/open-gridded.ts"
import { readSeries } from "../data/read-series.ts"
import { verifyForecast } from "../verification/verify-forecast.ts"
import { baselineForecasts } from "./baseline-forecasts.ts"

const shared = sharedFolder()

/**
 * CRPS in hPa of sea level pressure over the North Atlantic, train 2001-07, all starts of 2009-10, as another implementation measured it (in Python; Gaussian
 * form, the analogs with 20 members): climatology, damped persistence, linear inverse model, analogs at 1, 3 and 5 days.
 */
const measured = {
  "climatology (Gaussian)": [5.11, 5.1, 5.1],
  "damped persistence": [3.03, 4.6, 4.91],
  "linear inverse model": [2.4, 4.43, 4.83],
  analogs: [3.37, 4.55, 4.9],
}

it.skipIf(shared === undefined)("score what another implementation found on real data, to 3 %", { timeout: 180_000 }, async () => {
  await selectBackend()
  const dataset = await openGridded([path.join(shared!, "data/weather/train/ncep_slp_natl_daily_2001_2010.nc")])
  const series = await readSeries(dataset, { variables: ["slp:hPa"] })
  await dataset.close()
  const { hours, calendar } = series.time
  const inYears = (from: number, to: number): number[] =>
    Array.from(hours.keys()).filter((t) => dateAt(hours[t]!, calendar).year >= from && dateAt(hours[t]!, calendar).year <= to)
  const trainTimes = inYears(2001, 2007)
  const climatology = fitClimatology(series, { times: trainTimes })
  const starts = Float64Array.from(
    inYears(2009, 2010).filter((_, i) => i % 2 === 0), // neighbours tell nearly the same
    (t) => hours[t]!,
  )
  const forecast = { variables: series.variables, grid: series.grid, calendar, starts, leads: Float64Array.of(24, 72, 120), members: 20 }
  const [first, ...rest] = baselineForecasts({ forecast, series, trainTimes, climatology }, [
    "climatology-gaussian",
    "damped",
    "lim",
    "analogs",
  ])
  const result = await verifyForecast(first!, {
    truth: series,
    climatology,
    baselines: rest,
    training: "2001-2007",
    bandStarts: 1,
    spectrumStarts: 1,
  })
  for (const { name, leads } of result.variables[0]!.systems)
    for (const [l, expected] of measured[name as keyof typeof measured].entries()) {
      const found = leads[l]!.crpsGaussian ?? leads[l]!.crps!
      expect(Math.abs(found / expected - 1), `${name}, ${leads[l]!.lead} h: ${found}, measured ${expected}`).toBeLessThan(0.03)
      expect(Math.abs(leads[l]!.crps! / found - 1)).toBeLessThan(0.02) // members against the Gaussian that they are drawn from
    }
})
