import { categorical, type BackwardProcess } from "@scalewise/core"
import { adamw, compile, cosine, layers, ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { decoded, fitSeriesPyramid, seriesForward, tokensAt, type SeriesPyramid } from "./series-pyramid.ts"

/** A model of series: a pyramid, and for each step a network from the sum so far to the tokens. */
export interface SeriesModel {
  readonly pyramid: SeriesPyramid
  readonly process: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor>
  /** Nats a series of the token likelihood, before and after training, on the training series. */
  readonly nats: { readonly first: number; readonly last: number }
  dispose(): void
}

/** Options of `trainSeriesModel`. */
export interface TrainSeriesOptions {
  /** V, codes of each step. @defaultValue 16 */
  readonly codes?: number
  /** @defaultValue 400 */
  readonly steps?: number
  /** @defaultValue 128 */
  readonly batch?: number
  /** Width of the networks. @defaultValue 64 */
  readonly width?: number
  readonly random: RandomStream
  readonly signal?: AbortSignal
  /** Told the step and the loss now and then. */
  readonly onStep?: (step: number, nats: number) => void
}

/** Learns series [N, T]: codes by k-means, then all networks in one compiled step. */
export async function trainSeriesModel(
  series: tf.Tensor,
  { codes = 16, steps = 400, batch = 128, width = 64, random, signal, onStep }: TrainSeriesOptions,
): Promise<SeriesModel> {
  const [count = 0, length = 0] = series.shape
  const pyramid = await fitSeriesPyramid(series, { codes, random: random.fold("codes") })
  const numbers = Array.from({ length: pyramid.steps }, (_, index) => index + 1)
  const networks = numbers.map((k) => layers.mlp({ widths: [length, width, tokensAt(k) * codes] }))
  const initial = Object.fromEntries(networks.map((network, k) => [`step${k + 1}`, network.init(random.fold("weights").fold(k))]))
  const logits = (parameters: Parameters, sum: tf.Tensor, step: number): tf.Tensor =>
    networks[step - 1]!.apply(parameters[`step${step}`] as Parameters, sum).reshape([-1, tokensAt(step), codes])

  // Teacher forcing: what each step is to say, and the sum that it sees
  const targets = seriesForward(pyramid).targets(series, random)
  const sums = tf.tidy(() => {
    let sum: tf.Tensor = tf.zerosLike(series)
    return targets.map((tokens, index) => {
      const seen = sum
      sum = sum.add(decoded(pyramid, tokens, index + 1))
      return seen.clone()
    })
  })
  const step = compile(
    (parameters, inputs) =>
      tf.addN(
        numbers.map((k) =>
          ops
            .crossEntropy(logits(parameters, inputs[`sum${k}`]!, k), inputs[`tokens${k}`]!)
            .sum(-1)
            .mean(),
        ), // Eq. 18
      ),
    { parameters: initial, optimizer: adamw({ rate: cosine(3e-3, steps), weightDecay: 0.01 }), clipNorm: 1 },
  )
  tf.dispose(initial)
  let nats = { first: Number.NaN, last: Number.NaN }
  try {
    for (let done = 0; done < steps; done++) {
      signal?.throwIfAborted()
      const rows = tf.tensor1d(random.fold("batch").fold(done).integers(batch, count), "int32")
      const inputs = Object.fromEntries(
        numbers.flatMap((k) => [
          [`sum${k}`, tf.gather(sums[k - 1]!, rows)],
          [`tokens${k}`, tf.gather(targets[k - 1]!, rows)],
        ]),
      ) as Record<string, tf.Tensor>
      const result = step.run(inputs)
      if (done === 0 || done === steps - 1 || done % 50 === 0) {
        const [value] = (await result["loss"]!.data()) as Float32Array
        nats = { first: done === 0 ? value! : nats.first, last: value! }
        onStep?.(done + 1, value!)
      }
      tf.dispose([rows, inputs, result])
    }
  } catch (error) {
    pyramid.dispose()
    throw error
  } finally {
    tf.dispose([targets, sums])
  }
  const parameters = step.parameters()
  step.dispose()
  return {
    pyramid,
    nats,
    process: {
      steps: pyramid.steps,
      start: (size) => tf.zeros([size, length]),
      predict: (sum, k) => categorical(logits(parameters, sum, k)),
      advance: (sum, k, tokens) => sum.add(decoded(pyramid, tokens, k)),
      readout: (sum) => sum,
    },
    dispose: () => {
      pyramid.dispose()
      tf.dispose(parameters)
    },
  }
}
