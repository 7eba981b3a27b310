import { gridAt } from "@scalewise/core"
import { ops, residentDataset, tf, type Dataset, type RandomStream, type ResidentField } from "@scalewise/nn"
import { sizeOf } from "../data/array-file.ts"
import type { TimeAxis } from "../data/time-axis.ts"
import { conditionFeatures, globalWidth, linearForecast, type ForecastCondition, type LinearParts } from "./conditioning.ts"
import type { LinearPerturbation } from "./fit-linear-parts.ts"
import { withContext, type ForecastBody, type ForecastParameters } from "./forecast-process.ts"
import { viewedFields } from "./refiner.ts"
import { calendarNumbers } from "./windows.ts"

// T states, H x W grid, V variables, R components, n examples

/** Standardised states and the linear forecast of each target. */
export interface ExampleSource {
  /** [T, H, W, V]. */
  readonly values: Float32Array
  readonly time: TimeAxis
  /** Numbers of the targets. */
  readonly targets: readonly number[]
  /** The linear forecast of the components of a target, [R]. */
  expected(target: number): Float32Array
  /** Perturbed copies of every target. @defaultValue none */
  readonly augmentation?: ExampleAugmentation
}

/**
 * Copies of examples that are moved by a course of the linear inverse model: states by its noise and response, the next state by what
 * follows. Real states alone do not tell a network how tomorrow answers to a disturbance of today, which is what members are to each
 * other; to first order, the linear model does.
 */
export interface ExampleAugmentation {
  /** Copies of each target beside the real one. */
  readonly copies: number
  /** Size of the perturbation, in that of the linear model's noise. */
  readonly size: number
  perturbation(target: number, random: RandomStream): LinearPerturbation
  readonly random: RandomStream
}

/** A target, or the copy of one. */
interface Example {
  readonly target: number
  /** 0 for the real one. */
  readonly copy: number
}

/** States handled at once. */
const chunkSize = 256

/** The conditions of some examples, and the states that follow [B, H, W, V]; the tensors are the caller's. */
function batchOf(
  source: ExampleSource,
  chunk: readonly Example[],
  { patterns }: Pick<LinearParts, "patterns">,
  { config }: ForecastBody,
): { condition: ForecastCondition; next: tf.Tensor } {
  const { values, time, expected, augmentation } = source
  const [height, width, variables] = [config.grid.latitudes.length, config.grid.longitudes.length, config.variables.length]
  const size = height * width * variables
  const components = patterns.shape[0]
  const moved = {
    previous: new Float32Array(chunk.length * components),
    current: new Float32Array(chunk.length * components),
    next: new Float32Array(chunk.length * components),
  }
  for (const [row, { target, copy }] of chunk.entries()) {
    if (copy === 0 || !augmentation) continue
    const by = augmentation.perturbation(target, augmentation.random.fold(target).fold(copy))
    for (const name of ["previous", "current", "next"] as const)
      for (let r = 0; r < components; r++) moved[name][row * components + r] = augmentation.size * by[name][r]!
  }
  const isMoved = chunk.some(({ copy }) => copy > 0)
  const stateOf = (shift: number, name: keyof typeof moved): tf.Tensor => {
    const rows = new Float32Array(chunk.length * size)
    for (const [row, { target }] of chunk.entries())
      rows.set(values.subarray((target - shift) * size, (target - shift + 1) * size), row * size)
    const real = tf.tensor4d(rows, [chunk.length, height, width, variables])
    return isMoved ? real.add(ops.matMul(tf.tensor2d(moved[name], [chunk.length, components]), patterns).reshape(real.shape)) : real
  }
  return {
    condition: {
      current: stateOf(1, "current"),
      previous: stateOf(2, "previous"),
      calendar: tf.tensor2d(chunk.map(({ target }) => calendarNumbers(time.hours[target]!, time.calendar))),
      expected: tf.tensor2d(
        chunk.map(({ target }, row) => Array.from(expected(target), (value, r) => value + moved.next[row * components + r]!)),
      ),
    },
    next: stateOf(0, "next"),
  }
}

/** Deviation of the targets (next state less base) of each variable, [V]. */
export async function targetDeviation(
  source: ExampleSource,
  linear: Omit<LinearParts, "targetDeviation">,
  body: ForecastBody,
): Promise<tf.Tensor> {
  let sums = tf.zeros([body.config.variables.length])
  for (const chunk of chunksOf(real(source.targets))) {
    const next = tf.tidy(() => {
      const { condition, next } = batchOf(source, chunk, linear, body)
      return sums.add(
        next
          .sub(linearForecast(condition, linear, body).base)
          .square()
          .mean([1, 2])
          .sum(0),
      )
    })
    sums.dispose()
    sums = next
  }
  const deviation = tf.tidy(() => sums.div(source.targets.length).sqrt().maximum(1e-6))
  sums.dispose()
  return deviation
}

/** Targets (next state less base, of unit deviation) as fields [n, H, W, V]; at most `most` of them, chosen at random. */
export function targetFields(
  source: ExampleSource,
  linear: LinearParts,
  body: ForecastBody,
  { most, random }: { readonly most: number; readonly random: RandomStream },
): tf.Tensor {
  const chosen = Array.from(random.permutation(source.targets.length).slice(0, most), (index) => source.targets[index]!).sort(
    (a, b) => a - b,
  )
  return tf.tidy(() =>
    tf.concat(
      chunksOf(real(chosen)).map((chunk) => {
        const { condition, next } = batchOf(source, chunk, linear, body)
        return next.sub(linearForecast(condition, linear, body).base).div(linear.targetDeviation)
      }),
    ),
  )
}

/**
 * What training reads of every target: `fields0` .. (what each scale's network sees under teacher forcing), `tokens0` .. and `global`. All
 * of it is a function of the data alone, so that it is computed once.
 */
export async function trainingExamples(
  source: ExampleSource,
  { linear, basis, codes }: Omit<ForecastParameters, "networks">,
  body: ForecastBody,
): Promise<Dataset> {
  const { schedule, multiScale, tokens } = body
  const latent = body.latent(basis)
  const examples = Array.from({ length: 1 + (source.augmentation?.copies ?? 0) }, (_, copy) =>
    source.targets.map((target): Example => ({ target, copy })),
  ).flat()
  const count = examples.length
  const width = globalWidth(body.config)
  const columns: Record<string, ResidentField> = { global: { values: new Float32Array(count * width), shape: [width] } }
  for (let k = 0; k < schedule.steps; k++) {
    const viewed = [...gridAt(schedule, k + 1), viewedFields * latent.channels]
    const drawn = sizeOf(tokens.shape(k + 1))
    columns[`fields${k}`] = { values: new Float32Array(count * sizeOf(viewed)), shape: viewed }
    columns[`tokens${k}`] = {
      values: body.law.isDiscrete ? new Int32Array(count * drawn) : new Float32Array(count * drawn),
      shape: [drawn],
    }
  }
  let done = 0
  for (const chunk of chunksOf(examples)) {
    const made = tf.tidy((): Record<string, tf.Tensor> => {
      const { condition, next } = batchOf(source, chunk, linear, body)
      const { base, fields, global } = conditionFeatures(condition, linear, latent, body)
      const scales = multiScale.encode(codes, latent.encode(next.sub(base).div(linear.targetDeviation))) // Eqs. (13)-(15)
      const ofScales = scales.flatMap(({ tokens: drawn }, k) => [
        [`fields${k}`, withContext(body, fields[k]!, scales[k - 1]?.partial, k + 1)],
        [`tokens${k}`, drawn],
      ])
      return { global, ...Object.fromEntries(ofScales) }
    })
    for (const [name, tensor] of Object.entries(made)) {
      const { values, shape } = columns[name]!
      values.set(await tensor.data(), done * sizeOf(shape))
      tensor.dispose()
    }
    done += chunk.length
  }
  return residentDataset(columns)
}

const real = (targets: readonly number[]): Example[] => targets.map((target) => ({ target, copy: 0 }))

const chunksOf = (examples: readonly Example[]): Example[][] =>
  Array.from({ length: Math.ceil(examples.length / chunkSize) }, (_, i) => examples.slice(i * chunkSize, (i + 1) * chunkSize))

/** Root mean square of what the codes miss of targets [n, H, W, V], in deviations of the state; by variable. */
export async function codingError(
  fields: tf.Tensor,
  { linear, basis, codes }: Omit<ForecastParameters, "networks">,
  body: ForecastBody,
): Promise<number[]> {
  const error = tf.tidy(() => {
    const latent = body.latent(basis)
    const coded = body.multiScale.encode(codes, latent.encode(fields)).at(-1)!.partial
    return latent.decode(coded).sub(fields).square().mean([0, 1, 2]).sqrt().mul(linear.targetDeviation)
  })
  const values = Array.from(await error.data())
  error.dispose()
  return values
}

/** Nats a site of the tokens of each scale in one data set by their frequencies in another: what is known without any state. */
export async function unigramNats(from: Dataset, to: Dataset, steps: number, codes: number): Promise<number[]> {
  const counted = async (data: Dataset): Promise<Float64Array[]> => {
    const tables = Array.from({ length: steps }, () => new Float64Array(codes))
    for (let begin = 0; begin < data.size; begin += chunkSize) {
      const batch = await data.gather(Int32Array.from({ length: Math.min(chunkSize, data.size - begin) }, (_, i) => begin + i))
      for (const [k, table] of tables.entries()) for (const token of await batch[`tokens${k}`]!.data()) table[token]! += 1
      tf.dispose(batch)
    }
    return tables
  }
  const [known, asked] = [await counted(from), await counted(to)]
  return known.map((counts, k) => {
    const total = counts.reduce((sum, count) => sum + count + 1, 0)
    const weights = asked[k]!
    const sites = weights.reduce((sum, count) => sum + count, 0)
    return -weights.reduce((sum, count, code) => sum + count * Math.log((counts[code]! + 1) / total), 0) / sites
  })
}
