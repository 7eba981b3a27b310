import { gridAt, kMeans, type MultiScaleParameters, type MultiScaleQuantiser } from "@scalewise/core"
import { ops, tensorsIn, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { fitPatternBasis, toPatterns } from "./pattern-basis.ts"
import { patternNetwork } from "./pattern-network.ts"
import { patternQuantiser, type PatternQuantiserParameters, type PatternScale } from "./pattern-quantiser.ts"
import type { ScaleTokens, ScaleTokensOptions } from "./scale-tokens.ts"

/** Coefficients that codebooks are fitted to, at most. */
const samples = 2 ** 15

/** One token for each coefficient of a scale's map in its own patterns: see `patternQuantiser`. */
export function patternTokens({ config, schedule, surroundings, law, dropout }: ScaleTokensOptions): ScaleTokens {
  const { latent, codes, refiner } = config
  const quantiser = patternQuantiser({ channels: latent.channels, codes: law.isDiscrete ? codes : Number.POSITIVE_INFINITY })
  const scaleOf = ({ quantiser: scales }: MultiScaleParameters<Parameters>, step: number): PatternScale =>
    (scales as PatternQuantiserParameters)[String(step - 1)]!
  return {
    quantiser: quantiser,
    shape: (step) => [schedule.tokens[step - 1]!, latent.channels],
    fit: async (given, latents, random) => {
      const multiScale = given as unknown as MultiScaleQuantiser<PatternQuantiserParameters>
      const { form } = multiScale
      const scales: Record<string, PatternScale & Parameters> = {}
      const levels = tf.tidy(() => form.levels(latents).map((level) => level.clone()))
      let partial: tf.Tensor | undefined
      for (let step = 1; step <= schedule.steps; step++) {
        const residual = tf.tidy(() => form.residual(levels, partial, step).clone())
        scales[String(step - 1)] = await fitScale(residual, law.isDiscrete ? codes : 0, random.fold("patterns").fold(step))
        const parameters = { quantiser: scales, phi: {} }
        const [height, width] = gridAt(schedule, step)
        const next = tf.tidy(() => {
          const tokens = quantiser.encode(scales, residual, step).reshape([-1, height * width, latent.channels])
          return multiScale.advance(parameters, partial, step, tokens)
        })
        tf.dispose([residual, ...(partial ? [partial] : [])])
        partial = next
      }
      tf.dispose([...tensorsIn([levels, partial])])
      return { quantiser: scales, phi: {} }
    },
    scaleOf,
    weights: () => undefined,
    network: (step, { fields, globals }) =>
      patternNetwork({
        refiner,
        surroundings,
        width: refiner.widths[step - 1]!,
        grid: gridAt(schedule, step),
        channels: latent.channels,
        fields,
        globals,
        outputs: law.outputs,
        dropout: dropout[step - 1] ?? 0,
      }),
    codebooks: (parameters) => schedule.grids.flatMap((_, k) => scaleOf(parameters, k + 1).codebook ?? []),
  }
}

/** Patterns, deviations and, with `codes` above 0, codebook of the residual maps [n, h, w, C] of a scale. */
async function fitScale(residual: tf.Tensor, codes: number, random: RandomStream): Promise<PatternScale & Parameters> {
  const basis = await fitPatternBasis(residual)
  const [coefficients, deviation] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
    const raw = toPatterns(basis, residual)
    const root = raw.square().mean(0).sqrt()
    const floor = root.max().mul(1e-3).maximum(1e-6) // patterns that training never shows
    return [raw.div(root.maximum(floor)).reshape([-1, 1]), root.maximum(floor)]
  })
  if (codes === 0) {
    coefficients.dispose()
    return { basis, deviation }
  }
  const rows = random.permutation(coefficients.shape[0]).slice(0, samples)
  const points = tf.tidy(() => ops.embedding(coefficients, tf.tensor1d(rows, "int32")))
  const codebook = await kMeans(points, { clusters: codes, random: random.fold("k-means") })
  tf.dispose([coefficients, points])
  return { basis, deviation, codebook }
}
