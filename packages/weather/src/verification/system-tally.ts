import type { RandomStream } from "@scalewise/nn"
import { bandGrids } from "../bands/laplacian-bands.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { isGaussian } from "../forecast/gaussian-forecast-source.ts"
import { cellCount, type LatLonGrid } from "../grid/lat-lon-grid.ts"
import { addBandScores, bandSums } from "./band-tally.ts"
import type { BlockResampler } from "./block-bootstrap.ts"
import type { SystemTallies } from "./compare-systems.ts"
import { leadScores } from "./lead-scores.ts"
import { LeadTally, type CellGeometry } from "./lead-tally.ts"
import { addSpectra, spectrumSums } from "./spectrum-tally.ts"
import type { QuantileEvent } from "./training-quantiles.ts"
import type { SystemScores } from "./verification-result.ts"
import { zonalSpectrum } from "./zonal-spectrum.ts"

/** What all systems of a verification share. */
export interface TallySetting {
  readonly starts: number
  readonly leads: readonly number[]
  readonly variables: number
  readonly grid: LatLonGrid
  readonly geometry: CellGeometry
  readonly events: readonly QuantileEvent[]
}

/** One start and what it is held against. */
export interface StartToScore {
  /** Its number among the verified ones. */
  readonly index: number
  readonly hours: number
  readonly truth: FieldSeries
  /** For each lead the number of the truth, -1 for none. */
  readonly truths: readonly number[]
  /** For each variable of the forecast its number in the truth. */
  readonly numbers: readonly number[]
  /** Of all variables of the truth, [V, H, W] each, at the valid time of a lead. */
  readonly fieldsAt: (lead: number) => { readonly climatology: Float32Array; readonly thresholds: readonly Float32Array[] }
  readonly ties: RandomStream
  readonly withSpectrum: boolean
  readonly withBands: boolean
}

/** Cells that count, by lead and variable: [L][V] of [H W]. */
export type UsableCells = readonly (readonly Uint8Array[])[]

/** The sums of one system. */
export interface SystemTally {
  readonly source: ForecastSource
  /** Scores one start, on the given cells only; gives back those that this system had. */
  add(start: number, toScore: StartToScore, cells?: UsableCells): Promise<UsableCells>
  wasScored(start: number): boolean
  missing(): { readonly truth: number; readonly forecast: number }
  tallies(variable: number): SystemTallies
  scores(variable: number, options: { readonly isBaseline: boolean; readonly resampler: (cases: number) => BlockResampler }): SystemScores
}

/** Empty sums of a system. */
export function systemTally(source: ForecastSource, { starts, leads, variables, grid, geometry, events }: TallySetting): SystemTally {
  const { members } = source
  const cells = cellCount(grid)
  const spectrum = zonalSpectrum(grid, rowWeightsOf(geometry, grid))
  const schedule = bandGrids(grid.latitudes.length, grid.longitudes.length)
  const tallies = leads.map(() => Array.from({ length: variables }, () => new LeadTally(starts, members, geometry, events)))
  const spectra = leads.map(() => Array.from({ length: variables }, () => spectrumSums(spectrum)))
  const bands = Array.from({ length: variables }, () => leads.map(() => schedule.grids.map(bandSums)))
  const wavelengths = schedule.grids.map(([height, width]) => bandWavelengthKm(grid, height, width))

  const addSpectraAndBands = (values: Float32Array, toScore: StartToScore): void => {
    const { truths, truth, numbers, fieldsAt, withSpectrum, withBands } = toScore
    const perLead = (members + 1) * cells
    const anomalies = new Float32Array(leads.length * perLead)
    const size = truth.variables.length * cells
    for (let v = 0; v < variables; v++) {
      anomalies.fill(Number.NaN)
      for (const [l, t] of truths.entries()) {
        if (t < 0) continue
        const { climatology } = fieldsAt(l)
        const shift = numbers[v]! * cells
        for (let cell = 0; cell < cells; cell++) {
          const mean = climatology[shift + cell]!
          const at = l * perLead + cell
          for (let m = 0; m < members; m++) anomalies[at + m * cells] = values[((l * members + m) * variables + v) * cells + cell]! - mean
          anomalies[at + members * cells] = truth.values[t * size + shift + cell]! - mean
        }
        if (withSpectrum) addSpectra(anomalies, l * perLead, { members, cells }, spectrum, spectra[l]![v]!)
      }
      if (withBands && schedule.steps > 1) addBandScores(anomalies, members, schedule, geometry.weights, bands[v]!)
    }
  }

  return {
    source,
    async add(start, toScore, given) {
      const { truth, truths, numbers, fieldsAt, ties, index } = toScore
      const values = await source.read(start)
      const gaussian = isGaussian(source) ? await source.readGaussian(start) : undefined
      const size = truth.variables.length * cells
      const usable = truths.map((t, l) =>
        numbers.map((number, v) => {
          const mask = new Uint8Array(cells)
          const tally = tallies[l]![v]!
          if (t < 0) return mask
          const truthOffset = t * size + number * cells
          for (let cell = 0; cell < cells; cell++) {
            const isKnown = Number.isFinite(truth.values[truthOffset + cell]!)
            mask[cell] = isKnown && given?.[l]![v]![cell] !== 0 ? 1 : 0
            if (!isKnown) tally.missingTruth++
          }
          const { climatology, thresholds } = fieldsAt(l)
          tally.add(index, {
            members: values,
            offset: (l * members * variables + v) * cells,
            stride: variables * cells,
            truth: truth.values,
            truthOffset,
            climatology,
            climatologyOffset: number * cells,
            gaussian,
            gaussianOffset: (l * variables + v) * cells,
            thresholds,
            usable: mask,
            withVariogram: toScore.withBands,
            uniform: lazyUniform(() => ties.fold(l * variables + v), cells),
          })
          return mask
        }),
      )
      if (toScore.withSpectrum || toScore.withBands) addSpectraAndBands(values, toScore)
      return usable
    },
    wasScored: (start) => tallies.some((ofLead) => ofLead.some(({ columns }) => !Number.isNaN(columns.squaredError[start]!))),
    missing() {
      const all = tallies.flat()
      const sum = (key: "missingTruth" | "missingForecast"): number => all.reduce((total, tally) => total + tally[key], 0)
      return { truth: sum("missingTruth"), forecast: sum("missingForecast") }
    },
    tallies: (variable) => ({ name: source.name, members, leads: tallies.map((ofLead) => ofLead[variable]!) }),
    scores: (variable, { isBaseline, resampler }) => ({
      name: source.name,
      isBaseline,
      members,
      crpsForm: members < 2 ? "absolute error" : "fair",
      leads: leads.map((lead, l) =>
        leadScores(tallies[l]![variable]!, {
          lead,
          members,
          events,
          curves: !isBaseline,
          resampler,
          spectrum: { sums: spectra[l]![variable]!, wavelengthsKm: spectrum.wavelengthsKm },
          bands: bands[variable]![l]!.map((sums, k) => ({ sums, wavelengthKm: wavelengths[k]! })),
        }),
      ),
    }),
  }
}

/** Numbers for ties, drawn when the first tie asks for one. */
function lazyUniform(stream: () => RandomStream, count: number): () => number {
  let values: Float32Array | undefined
  let next = 0
  return () => {
    values ??= stream().uniformValues([count])
    return values[next++ % count]!
  }
}

const rowWeightsOf = ({ weights }: CellGeometry, { latitudes, longitudes }: LatLonGrid): Float64Array =>
  Float64Array.from(latitudes, (_, row) => weights[row * longitudes.length]!)

/** The shortest wave that a band's grid resolves, km: twice the larger side of its cells in the middle of the domain, as for the forecaster's scales. */
function bandWavelengthKm({ latitudes, longitudes }: LatLonGrid, height: number, width: number): number {
  const kmPerDegree = (Math.PI * 6371) / 180
  const spacing = (degrees: Float64Array): number =>
    degrees.length > 1 ? Math.abs(degrees.at(-1)! - degrees[0]!) / (degrees.length - 1) : 0
  const north = spacing(latitudes) * (latitudes.length / height)
  const middle = (latitudes[0]! + latitudes.at(-1)!) / 2
  const east = spacing(longitudes) * (longitudes.length / width) * Math.cos((middle * Math.PI) / 180)
  return 2 * kmPerDegree * Math.max(north, east)
}
