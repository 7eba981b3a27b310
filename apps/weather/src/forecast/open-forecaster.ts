import { existsSync } from "node:fs"
import { ConfigError, DataError } from "@scalewise/nn"
import { forecaster, loadForecaster, shippedForecasterFolder, shippedForecasters, type Forecaster } from "@scalewise/weather"

/** Options of `openForecaster`. */
export interface OpenForecasterOptions {
  /** Noise levels that a diffusion control visits. @defaultValue its own */
  readonly samplerSteps?: number | undefined
}

/**
 * A forecaster by its folder, or a shipped one by its name; the caller disposes it.
 *
 * @throws DataError where there is neither, CheckpointError for a folder that holds no whole model, ConfigError for sampler steps of a model
 * that has none
 */
export async function openForecaster(folderOrName: string, { samplerSteps }: OpenForecasterOptions = {}): Promise<Forecaster> {
  const shipped = shippedForecasterFolder(folderOrName)
  if (shipped === undefined && !existsSync(folderOrName))
    throw new DataError(
      `${folderOrName}: expected the folder of a forecaster or the name of a shipped one (${shippedForecasters().join(", ")}), found neither; train makes one`,
    )
  const model = await loadForecaster(shipped ?? folderOrName)
  if (samplerSteps === undefined) return model
  const { config } = model
  if (config.law !== "diffusion") {
    model.dispose()
    throw new ConfigError(
      `--sampler-steps: expected a forecaster of the law "diffusion", got one of the law "${config.law}", which takes one network call for each scale; leave the option out`,
    )
  }
  return forecaster({ ...model, config: { ...config, samplerSteps } })
}
