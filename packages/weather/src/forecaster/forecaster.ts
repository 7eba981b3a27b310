import { tempered } from "@scalewise/core"
import {
  CheckpointError,
  flattenParameters,
  loadCheckpoint,
  saveCheckpoint,
  tensorsIn,
  tf,
  unflattenParameters,
  type FlatParameters,
  type Parameters,
} from "@scalewise/nn"
import type { StateScaling } from "../state/state-scaling.ts"
import type { ForecasterConfig } from "./forecaster-config.ts"
import { diffusionProcess } from "./diffusion-process.ts"
import { forecastBody, forecastProcess, type ForecastBody, type ForecastParameters, type ForecastProcess } from "./forecast-process.ts"

/** A trained forecaster. */
export interface Forecaster {
  readonly config: ForecasterConfig
  readonly scaling: StateScaling
  readonly parameters: ForecastParameters
  readonly body: ForecastBody
  /** Temperature of each scale, coarse to fine: 1 until it is calibrated. */
  readonly temperatures: readonly number[]
  /** What the checkpoint says of its training, calibration and scores. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** p(next state | two states) at the given temperatures, which continuous laws do not have. @defaultValue the model's own */
  process(temperatures?: readonly number[]): ForecastProcess
  /** Releases the parameters. */
  dispose(): void
}

/** Options of `forecaster`. */
export interface ForecasterOptions extends Pick<Forecaster, "config" | "scaling" | "parameters" | "temperatures"> {
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A forecaster from its parts; it disposes the parameters. */
export function forecaster({ config, scaling, parameters, temperatures, metadata = {} }: ForecasterOptions): Forecaster {
  const body = forecastBody(config)
  return {
    config,
    scaling,
    parameters,
    body,
    temperatures,
    metadata,
    process: (given = temperatures) => {
      const plain = config.law === "diffusion" ? diffusionProcess(body, parameters) : forecastProcess(body, parameters)
      return body.law.isDiscrete ? tempered(plain, { temperature: [...given] }) : plain
    },
    dispose: () => tf.dispose([...tensorsIn([parameters.linear, parameters.basis, parameters.codes, parameters.networks])]),
  }
}

const kind = "weather-forecaster"

/** The config of a checkpoint: what the forecaster is made with, and its temperatures. */
interface StoredConfig extends ForecasterConfig {
  readonly temperatures: readonly number[]
}

/** Options of `saveForecaster`. */
export interface SaveForecasterOptions {
  /** What the checkpoint says of its training and scores. @defaultValue the model's own */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Format of the numbers in the file. @defaultValue "F32" */
  readonly floats?: "F32" | "F16"
}

/** Saves a forecaster as a checkpoint folder: a JSON config and one safetensors file. */
export async function saveForecaster(
  folder: string,
  model: Forecaster,
  { metadata = model.metadata, floats = "F32" }: SaveForecasterOptions = {},
): Promise<void> {
  const { linear, basis, codes, networks } = model.parameters
  const { climatology, deviation, lowest, highest } = model.scaling
  const owned = tf.tidy(() => ({
    "linear.damping": tf.tensor2d(linear.damping.map((row) => [...row])),
    "scaling.mean": tf.tensor1d(climatology.mean),
    "scaling.variance": tf.tensor1d(climatology.variance),
    ...(deviation && { "scaling.deviation": tf.tensor1d(deviation) }),
    "scaling.lowest": tf.tensor1d(lowest),
    "scaling.highest": tf.tensor1d(highest),
  }))
  const { damping: _, ...linearTensors } = linear
  const tensors: FlatParameters = {
    ...prefixed("linear", linearTensors),
    ...(basis && { "latent.basis": basis }),
    ...prefixed("codes", codes),
    ...prefixed("networks", networks),
    ...owned,
  }
  const config: StoredConfig = { ...model.config, temperatures: model.temperatures }
  await saveCheckpoint(folder, { kind, config, tensors, metadata, floats })
  tf.dispose(Object.values(owned))
}

/**
 * Loads a forecaster; the caller disposes it.
 *
 * @throws CheckpointError for another kind of checkpoint, and for missing or NaN tensors
 */
export async function loadForecaster(folder: string): Promise<Forecaster> {
  const { config: stored, tensors, metadata } = await loadCheckpoint(folder, { kind })
  const { temperatures, ...config } = stored as StoredConfig
  const taken = (name: string): tf.Tensor => {
    const tensor = tensors[name]
    if (!tensor) throw new CheckpointError(`${folder}: expected a forecaster's tensor ${name}, found none; train it again`)
    delete tensors[name]
    return tensor
  }
  const numbers = async (name: string): Promise<Float32Array> => {
    const tensor = taken(name)
    const values = (await tensor.data()) as Float32Array
    tensor.dispose()
    return values
  }
  const part = (prefix: string): Parameters => {
    const names = Object.keys(tensors).filter((name) => name.startsWith(`${prefix}.`))
    if (names.length === 0) throw new CheckpointError(`${folder}: expected a forecaster's tensors ${prefix}.*, found none; train it again`)
    return unflattenParameters(Object.fromEntries(names.map((name) => [name.slice(prefix.length + 1), taken(name)])))
  }
  const damping = await numbers("linear.damping")
  const width = config.variables.length
  const scaling: StateScaling = {
    variables: width,
    climatology: { ...config.harmonics, mean: await numbers("scaling.mean"), variance: await numbers("scaling.variance") },
    deviation: tensors["scaling.deviation"] && (await numbers("scaling.deviation")),
    lowest: await numbers("scaling.lowest"),
    highest: await numbers("scaling.highest"),
  }
  const parameters: ForecastParameters = {
    linear: {
      ...(part("linear") as unknown as Omit<ForecastParameters["linear"], "damping">),
      damping: Array.from({ length: damping.length / width }, (_, k) => Array.from(damping.slice(k * width, (k + 1) * width))),
    },
    basis: tensors["latent.basis"] && taken("latent.basis"),
    codes: { phi: {}, ...(part("codes") as unknown as Omit<ForecastParameters["codes"], "phi">) },
    networks: part("networks"),
  }
  return forecaster({ config, scaling, parameters, temperatures, metadata })
}

const prefixed = (prefix: string, parameters: Parameters): FlatParameters =>
  Object.fromEntries(Object.entries(flattenParameters(parameters)).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
