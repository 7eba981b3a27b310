import type { ZonalSpectrum } from "./zonal-spectrum.ts"

/** Sums of power over fields: of the truth, of members (their mean), and of the ensemble mean. */
export interface SpectrumSums {
  fields: number
  readonly truth: Float64Array
  readonly member: Float64Array
  readonly ensembleMean: Float64Array
}

/** No field yet. */
export function spectrumSums({ wavelengthsKm: { length } }: ZonalSpectrum): SpectrumSums {
  return { fields: 0, truth: new Float64Array(length), member: new Float64Array(length), ensembleMean: new Float64Array(length) }
}

/** Adds the spectra of one lead of one start: [M + 1, H, W] anomalies at `offset`, the truth last. A field with missing values is left out. */
export function addSpectra(
  fields: Float32Array,
  offset: number,
  { members, cells }: { readonly members: number; readonly cells: number },
  spectrum: ZonalSpectrum,
  into: SpectrumSums,
): void {
  const end = offset + (members + 1) * cells
  if (!fields.subarray(offset, end).every((value) => Number.isFinite(value))) return
  into.fields++
  const mean = new Float64Array(cells)
  const power = new Float64Array(into.member.length)
  for (let m = 0, at = offset; m < members; m++, at += cells) {
    spectrum.add(fields, at, power)
    for (let cell = 0; cell < cells; cell++) mean[cell]! += fields[at + cell]! / members
  }
  for (let k = 0; k < power.length; k++) into.member[k]! += power[k]! / members
  spectrum.add(mean, 0, into.ensembleMean)
  spectrum.add(fields, end - cells, into.truth)
}
