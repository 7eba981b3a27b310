import {
  bitwise,
  categorical,
  type BackwardProcess,
  type Distribution,
  type GridSchedule,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
} from "@scalewise/core"
import { compileFunction, ConfigError, ShapeError, tf, type CompiledFunction, type Parameters, type StepInputs } from "@scalewise/nn"
import type { GeneratorConfig } from "./generator-config.ts"
import { firstScaleSeen, type ScaleRange } from "./attention-mask.ts"
import type { GeneratorParameters, NextScaleTransformer } from "./next-scale-transformer.ts"
import type { BlockCache } from "./transformer-block.ts"

/** What steers an image model: a class for all samples or one for each; undefined or -1 is the null class. */
export interface LabelCondition {
  readonly label?: number | readonly number[] | undefined
}

/** The state after some scales. */
export interface NextScaleState {
  /** The sum of the codes so far; undefined before scale 1. */
  readonly partial: tf.Tensor | undefined
  /** What each scale from 2 on has read, [B, L_k, Z]; only what a pass may still need. */
  readonly contexts: readonly tf.Tensor[]
  /** Keys and values of the last scales, where the process caches. */
  readonly cache: readonly BlockCache[] | undefined
  readonly batch: number
  /** Scales done. */
  readonly step: number
}

/** Options of `nextScaleProcess`. */
export interface NextScaleProcessOptions {
  readonly transformer: NextScaleTransformer
  readonly generator: GeneratorParameters
  readonly multiScale: MultiScaleQuantiser
  readonly quantiser: MultiScaleParameters<Parameters>
  /** A partial sum on the latent grid to pictures [B, H, W, C]. */
  readonly render: (latent: tf.Tensor) => tf.Tensor
  /** Keep keys and values between scales instead of running earlier scales again. @defaultValue true */
  readonly cached?: boolean
  /** How network passes run. @defaultValue "auto" */
  readonly mode?: "auto" | "eager"
}

/**
 * A backward process that holds compiled passes. A draw is tokens [B, L_k] or bits [B, L_k, d], int32; `advance` also takes float32 code
 * vectors [B, L_k, Z] (see `smooth`).
 */
export interface NextScaleProcess extends BackwardProcess<NextScaleState, tf.Tensor, LabelCondition, tf.Tensor> {
  /** Releases the compiled passes. */
  dispose(): void
}

interface Prediction extends Distribution<tf.Tensor> {
  readonly cache: readonly BlockCache[] | undefined
  readonly contexts: readonly tf.Tensor[]
}

/**
 * p_theta of VAR (Eqs. 17-20): each step predicts all tokens of a scale at once from the partial sum of the scales before, and adds their
 * codes to it. With a cache the passes of earlier scales are not repeated; a state that comes without one (from a drafter, see
 * `collaborate`) is taken up by one pass over its scales.
 */
export function nextScaleProcess(options: NextScaleProcessOptions): NextScaleProcess {
  const { transformer, generator, multiScale, quantiser, render, cached = true, mode = "auto" } = options
  const { schedule, config } = transformer
  const passes = new Map<string, CompiledFunction<Record<string, tf.Tensor>>>()

  /** The logits of scale `step` and the cache up to it; runs scales `from` .. `step`. */
  const run = (labels: tf.Tensor, step: number, from: number, contexts: readonly tf.Tensor[], cache: readonly BlockCache[] | undefined) => {
    const seen = cache && { from: firstScaleSeen(step, config.context), to: step - 1 }
    const key = `${from}-${step}-${cache ? "cache" : ""}`
    const pass = passes.get(key) ?? compileFunction(passOf({ from, to: step }, seen), { parameters: generator, mode })
    passes.set(key, pass)
    const inputs: Record<string, tf.Tensor> = { labels }
    for (const [index, context] of contexts.entries()) inputs[`context.${index}`] = context
    for (const [index, { keys, values }] of (cache ?? []).entries()) {
      inputs[`keys.${index}`] = keys
      inputs[`values.${index}`] = values
    }
    return pass(inputs)
  }

  const passOf =
    (scales: ScaleRange, seen: ScaleRange | undefined) =>
    (parameters: Parameters, inputs: StepInputs): Record<string, tf.Tensor> => {
      const contexts = entriesOf(inputs, "context")
      const keepsCache = cached && scales.to < schedule.steps && firstScaleSeen(scales.to + 1, config.context) <= scales.to
      const cache = seen && entriesOf(inputs, "keys").map((keys, index) => ({ keys, values: inputs[`values.${index}`]! }))
      const result = transformer.apply(parameters as unknown as GeneratorParameters, {
        labels: inputs["labels"]!,
        scales,
        contexts: contexts.length === 0 ? undefined : contexts.length === 1 ? contexts[0] : tf.concat(contexts, 1),
        cache,
        cached: seen,
        keepsCache,
      })
      const sites = schedule.tokens[scales.to - 1]!
      const all = result.logits.shape[1]!
      const { outputs } = transformer
      const logits = all === sites ? result.logits : tf.slice(result.logits, [0, all - sites, 0], [result.logits.shape[0], sites, outputs])
      const kept = result.cache.map((block) => keptPart(block, schedule, scales, seen, config.context))
      return {
        logits,
        ...Object.fromEntries(
          kept.flatMap(({ keys, values }, index) => [
            [`keys.${index}`, keys],
            [`values.${index}`, values],
          ]),
        ),
      }
    }

  const self: NextScaleProcess = {
    steps: schedule.steps,
    unconditional: () => ({}),
    start: (batch, condition) => {
      void labelsOf(condition, batch, config.classes)
      return { partial: undefined, contexts: [], cache: undefined, batch, step: 0 }
    },
    predict(state, step, condition): Prediction {
      if (state.step !== step - 1)
        throw new ConfigError(`nextScaleProcess: expected a state after scale ${step - 1}, got one after scale ${state.step}`)
      const labels = tf.tensor1d(labelsOf(condition, state.batch, config.classes), "int32")
      const contexts = step === 1 ? [] : [...state.contexts, sequence(multiScale.form.context(state.partial!, step))]
      const hasCache = state.cache !== undefined && firstScaleSeen(step, config.context) < step
      // Without a cache the pass begins where this scale's view, and that of what it sees, begins.
      const from = hasCache || config.context === "own" ? step : 1
      const needed = contexts.slice(Math.max(0, from - 2))
      const result = run(labels, step, from, hasCache ? contexts.slice(-1) : needed, hasCache ? state.cache : undefined)
      const { logits } = result
      const law = multiScale.quantiser.tokens === "bits" ? bitwise(logits!) : categorical(logits!)
      const cache = entriesOf(result, "keys").map((keys, index) => ({ keys, values: result[`values.${index}`]! }))
      return { ...law, cache: cached ? cache : undefined, contexts }
    },
    advance(state, step, draw, prediction) {
      const own = prediction as Partial<Prediction> | undefined
      const contexts = own?.contexts ?? (step === 1 ? [] : [...state.contexts, sequence(multiScale.form.context(state.partial!, step))])
      return {
        partial: (draw.dtype === "float32" ? multiScale.advanceCodes : multiScale.advance)(quantiser, state.partial, step, draw), // Eq. (19)
        contexts: contexts.map((context) => context.clone()),
        cache: own?.cache?.map(({ keys, values }) => ({ keys: keys.clone(), values: values.clone() })),
        batch: state.batch,
        step,
      }
    },
    readout({ partial }) {
      if (!partial) throw new ConfigError("nextScaleProcess: expected a state after at least one scale, got the first one")
      return render(multiScale.form.toLatent(partial)) // Eq. (20)
    },
    dispose() {
      for (const pass of passes.values()) pass.dispose()
      passes.clear()
    },
  }
  return self
}

/** The keys and values that the next scale will see, of all that this pass has. */
function keptPart(
  { keys, values }: BlockCache,
  schedule: GridSchedule,
  scales: ScaleRange,
  seen: ScaleRange | undefined,
  context: GeneratorConfig["context"],
): BlockCache {
  const held = seen?.from ?? scales.from
  const wanted = Math.min(firstScaleSeen(scales.to + 1, context), scales.to)
  const drop = schedule.tokens.slice(held - 1, wanted - 1).reduce((sum, count) => sum + count, 0)
  if (drop === 0) return { keys, values }
  const rest = (x: tf.Tensor): tf.Tensor => {
    const [batch, heads, sites, d] = x.shape as [number, number, number, number]
    return tf.slice(x, [0, 0, drop, 0], [batch, heads, sites - drop, d])
  }
  return { keys: rest(keys), values: rest(values) }
}

/** [B, h, w, Z] to [B, h w, Z]. */
const sequence = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0], x.shape[1]! * x.shape[2]!, x.shape[3]!])

/** The tensors named `NAME.0`, `NAME.1`, ... */
function entriesOf(record: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor[] {
  const found: tf.Tensor[] = []
  for (let index = 0; ; index++) {
    const entry = record[`${name}.${index}`]
    if (!entry) return found
    found.push(entry)
  }
}

/**
 * The label of each sample, the null class as `classes`.
 *
 * @throws ConfigError for a class that the model does not have, ShapeError for another number of labels than samples
 */
export function labelsOf({ label }: LabelCondition, batch: number, classes: number): Int32Array {
  const given = typeof label === "object" ? label : Array.from({ length: batch }, () => label ?? -1)
  if (given.length !== batch) throw new ShapeError(`image model: expected one label for each of ${batch} samples, got ${given.length}`)
  return Int32Array.from(given, (one) => {
    if (one === -1) return classes
    if (!Number.isInteger(one) || one < 0 || one >= classes)
      throw new ConfigError(
        classes === 0
          ? `image model: expected no label, since the model is unconditional, got ${one}; leave the label out`
          : `image model: expected a class from 0 to ${classes - 1}, got ${one}; choose one of these`,
      )
    return one
  })
}
