import { kMeansStart, type MultiScaleParameters, type VectorQuantiserParameters } from "@scalewise/core"
import { residentDataset, tensorsIn, tf, type Dataset, type RandomStream, type ResidentField } from "@scalewise/nn"
import type { TimeAxis } from "../data/time-axis.ts"
import { conditionFeatures, globalWidth, type ForecastCondition, type LinearParts } from "./conditioning.ts"
import type { ForecastBody, ForecastParameters } from "./forecast-process.ts"
import { mapChannels } from "./refiner.ts"
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
}

/** States handled at once. */
const chunkSize = 256

/** The conditions of some targets, and the targets themselves [B, H, W, V]; the tensors are the caller's. */
function batchOf(
  { values, time, expected }: ExampleSource,
  chunk: readonly number[],
  { config }: ForecastBody,
): { condition: ForecastCondition; next: tf.Tensor } {
  const [height, width, variables] = [config.grid.latitudes.length, config.grid.longitudes.length, config.variables.length]
  const size = height * width * variables
  const stacked = (shift: number): tf.Tensor => {
    const rows = new Float32Array(chunk.length * size)
    for (const [row, t] of chunk.entries()) rows.set(values.subarray((t - shift) * size, (t - shift + 1) * size), row * size)
    return tf.tensor4d(rows, [chunk.length, height, width, variables])
  }
  return {
    condition: {
      current: stacked(1),
      previous: stacked(2),
      calendar: tf.tensor2d(chunk.map((t) => calendarNumbers(time.hours[t]!, time.calendar))),
      expected: tf.tensor2d(chunk.map((t) => Array.from(expected(t)))),
    },
    next: stacked(0),
  }
}

/** Deviation of the targets (next state less base) of each variable, [V]. */
export async function targetDeviation(
  source: ExampleSource,
  linear: Omit<LinearParts, "targetDeviation">,
  body: ForecastBody,
): Promise<tf.Tensor> {
  const variables = body.config.variables.length
  const one = tf.ones([variables])
  let sums = tf.zeros([variables])
  for (const chunk of chunksOf(source.targets)) {
    const next = tf.tidy(() => {
      const { condition, next } = batchOf(source, chunk, body)
      const { base } = conditionFeatures(condition, { ...linear, targetDeviation: one }, body)
      return sums.add(next.sub(base).square().mean([1, 2]).sum(0))
    })
    sums.dispose()
    sums = next
  }
  const deviation = tf.tidy(() => sums.div(source.targets.length).sqrt().maximum(1e-6))
  tf.dispose([sums, one])
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
  return tf.tidy(() => tf.concat(chunksOf(chosen).map((chunk) => unitTargets(source, chunk, linear, body).fields)))
}

/** Codebooks that fit latents, scale by scale. */
export async function startCodes(
  latents: tf.Tensor,
  body: ForecastBody,
  random: RandomStream,
): Promise<MultiScaleParameters<VectorQuantiserParameters>> {
  const fresh = body.multiScale.init(random.fold("codes"))
  const started = await kMeansStart(body.multiScale, latents, {
    quantiser: body.quantiser,
    parameters: fresh,
    random: random.fold("k-means"),
  })
  for (const tensor of tensorsIn(fresh)) tensor.dispose()
  return started
}

/**
 * What training reads of every target: `map0` .. (what each scale's network sees under teacher forcing), `tokens0` .. and `global`. All of
 * it is a function of the data alone, so that it is computed once.
 */
export async function trainingExamples(
  source: ExampleSource,
  { linear, basis, codes }: Omit<ForecastParameters, "networks">,
  body: ForecastBody,
): Promise<Dataset> {
  const { schedule, multiScale, config } = body
  const latent = body.latent(basis)
  const channels = mapChannels(config)
  const count = source.targets.length
  const fields: Record<string, ResidentField> = {
    global: { values: new Float32Array(count * globalWidth(config)), shape: [globalWidth(config)] },
  }
  for (const [k, [height, width]] of schedule.grids.entries()) {
    fields[`map${k}`] = { values: new Float32Array(count * height * width * channels), shape: [height, width, channels] }
    fields[`tokens${k}`] = { values: new Int32Array(count * height * width), shape: [height * width] }
  }
  let done = 0
  for (const chunk of chunksOf(source.targets)) {
    const made = tf.tidy((): Record<string, tf.Tensor> => {
      const { fields: targets, maps, global } = unitTargets(source, chunk, linear, body)
      const scales = multiScale.encode(codes, latent.encode(targets)) // Eqs. (13)-(15)
      return {
        global,
        ...Object.fromEntries(
          scales.flatMap(({ tokens }, k) => {
            const before = scales[k - 1]?.partial
            const context = before ? multiScale.form.context(before, k + 1) : tf.zeros([...maps[k]!.shape.slice(0, 3), latent.channels])
            return [
              [`map${k}`, tf.concat([maps[k]!, context], 3)],
              [`tokens${k}`, tokens],
            ]
          }),
        ),
      }
    })
    for (const [name, tensor] of Object.entries(made)) {
      const { values, shape } = fields[name]!
      values.set(await tensor.data(), done * shape.reduce((size, length) => size * length, 1))
      tensor.dispose()
    }
    done += chunk.length
  }
  return residentDataset(fields)
}

function unitTargets(source: ExampleSource, chunk: readonly number[], linear: LinearParts, body: ForecastBody) {
  const { condition, next } = batchOf(source, chunk, body)
  const { base, maps, global } = conditionFeatures(condition, linear, body)
  return { fields: next.sub(base).div(linear.targetDeviation), maps, global }
}

const chunksOf = (targets: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(targets.length / chunkSize) }, (_, i) => targets.slice(i * chunkSize, (i + 1) * chunkSize))

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
