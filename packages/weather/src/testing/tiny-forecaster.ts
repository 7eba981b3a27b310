import { forecasterPresets } from "../forecaster/presets.ts"
import {
  trainForecaster,
  type ForecasterTrainingConfig,
  type TrainedForecaster,
  type TrainForecasterOptions,
} from "../forecaster/train-forecaster.ts"
import { tinySeries } from "./tiny-series.ts"

/** Settings that train in seconds: tests state only what they change. */
export const tinyForecasterConfig: ForecasterTrainingConfig = {
  ...forecasterPresets.daily,
  components: 6,
  augmentation: { copies: 1, size: 0.7 },
  codes: 6,
  refiner: { kind: "local", widths: [16, 12], depth: 1, reach: 1, heads: 4, networks: 2 },
  training: { ...forecasterPresets.daily.training, epochs: 12, warmup: 5, rate: 5e-3, ema: 0.9, smoothing: { share: 0.05, width: 1 } },
}

/** Trains on `tinySeries`, the first three quarters of it; the caller disposes the model. */
export async function tinyForecaster(changes: Partial<TrainForecasterOptions> = {}): Promise<TrainedForecaster> {
  const series = changes.series ?? tinySeries()
  const { hours } = series.time
  const at = (share: number): number => hours[Math.floor(share * (hours.length - 1))]!
  const events = trainForecaster({
    config: tinyForecasterConfig,
    series,
    train: { from: at(0), to: at(0.75) },
    validation: { from: at(0.75), to: at(1) },
    clock: () => 0,
    ...changes,
  })
  let next = await events.next()
  while (!next.done) next = await events.next()
  return next.value
}
