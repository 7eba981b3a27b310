import type { ForecastSource } from "./forecast-source.ts"

/** A source that states a Gaussian for every cell beside its members: verification then gives the exact CRPS of that as well. */
export interface GaussianForecastSource extends ForecastSource {
  /** Mean and standard deviation for start number `start`, [L, V, H, W] each. */
  readGaussian(start: number): Promise<{ readonly mean: Float32Array; readonly deviation: Float32Array }>
}

/** Whether a source is one. */
export const isGaussian = (source: ForecastSource): source is GaussianForecastSource => "readGaussian" in source
