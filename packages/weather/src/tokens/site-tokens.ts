import { gridAt, kMeansStart, vectorQuantiser, type MultiScaleQuantiser, type VectorQuantiserParameters } from "@scalewise/core"
import { ConfigError, tensorsIn, type tf } from "@scalewise/nn"
import { gridOf } from "../forecaster/forecaster-config.ts"
import { scaleNetwork } from "../forecaster/scale-network.ts"
import { rowWeights } from "../grid/lat-lon-grid.ts"
import type { ScaleTokens, ScaleTokensOptions } from "./scale-tokens.ts"

/** One token for each site: the nearest of a scale's code vectors (k-means), as in VAR. */
export function siteTokens({ config, schedule, surroundings, law, dropout }: ScaleTokensOptions): ScaleTokens {
  const { latent, codes, refiner } = config
  if (!law.isDiscrete)
    throw new ConfigError(`tokens of sites: expected the law "categorical", got "${config.law}"; continuous codes are for patterns`)
  const quantiser = vectorQuantiser({ channels: latent.channels, codes, codebooks: schedule.steps })
  const shape = (step: number): [number] => [schedule.tokens[step - 1]!]
  return {
    quantiser: quantiser,
    shape,
    fit: async (given, latents, random) => {
      const multiScale = given as unknown as MultiScaleQuantiser<VectorQuantiserParameters>
      const fresh = multiScale.init(random.fold("codes"))
      const started = await kMeansStart(multiScale, latents, { quantiser, parameters: fresh, random: random.fold("k-means") })
      for (const tensor of tensorsIn(fresh)) tensor.dispose()
      return started
    },
    scaleOf: () => undefined,
    weights: (step) => siteWeights(rowWeights(gridOf(config)), gridAt(schedule, step)),
    network: (step, { fields, globals }) =>
      scaleNetwork({
        refiner,
        schedule,
        surroundings,
        step,
        channels: fields * latent.channels,
        globals,
        outputs: law.outputs,
        dropout: dropout[step - 1] ?? 0,
      }),
    codebooks: ({ quantiser: { codebook } }) => schedule.grids.map((_, k) => (codebook as Record<string, tf.Tensor>)[String(k)]!),
  }
}

/** Area weight of each site of a grid over the rows of the field, mean 1. */
function siteWeights(ofRows: Float64Array, [height, width]: readonly [number, number]): Float32Array {
  const rows = Array.from({ length: height }, (_, row) => {
    const [from, to] = [Math.floor((row * ofRows.length) / height), Math.ceil(((row + 1) * ofRows.length) / height)]
    return ofRows.subarray(from, to).reduce((sum, weight) => sum + weight, 0) / (to - from)
  })
  const mean = rows.reduce((sum, weight) => sum + weight, 0) / height
  return Float32Array.from({ length: height * width }, (_, site) => rows[Math.floor(site / width)]! / mean)
}
