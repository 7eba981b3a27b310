import { ConfigError, ops, tf, type RandomStream } from "@scalewise/nn"
import { nearestCode, normalisedRows, type CodeMetric } from "./nearest-code.ts"
import type { Quantiser } from "./quantiser.ts"

/** Codebooks [V, C] by index: "0" alone where all scales share it, else "0" .. "K - 1". */
export type Codebooks = Record<string, tf.Tensor>

/** Parameters of a `vectorQuantiser`. */
export type VectorQuantiserParameters = { readonly codebook: Codebooks }

/** Options of `vectorQuantiser`. */
export interface VectorQuantiserOptions {
  /** C, the length of a code vector. */
  readonly channels: number
  /** V, the entries of each codebook. */
  readonly codes: number
  /** Number of scales with a codebook of their own; 1 is one codebook for all, as in VAR. @defaultValue 1 */
  readonly codebooks?: number
  /** Nearest by distance, or by angle with vectors and codes on the unit sphere. @defaultValue "euclidean" */
  readonly metric?: CodeMetric
  /** Whether the codebook learns by gradient, or by `updateCodebooks` alone (nothing then flows back into it). @defaultValue "gradient" */
  readonly learning?: "gradient" | "average"
}

/** A quantiser with explicit codebooks. */
export interface VectorQuantiser extends Quantiser<VectorQuantiserParameters> {
  readonly codebooks: number
  readonly metric: CodeMetric
  /** The name of the codebook that scale `step` uses. */
  codebookOf(step: number): string
}

/**
 * Nearest-code vector quantisation (VQ-VAE, arXiv 1711.00937; Eqs. 1 and 15). Start the codebook with `kMeansStart` rather than from
 * `init` where you can: an entry that is never nearest never learns.
 *
 * @throws ConfigError for an empty codebook
 */
export function vectorQuantiser({
  channels,
  codes,
  codebooks = 1,
  metric = "euclidean",
  learning = "gradient",
}: VectorQuantiserOptions): VectorQuantiser {
  for (const [name, value] of Object.entries({ channels, codes, codebooks }))
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`vectorQuantiser: expected a positive integer as ${name}, got ${value}`)

  const codebookOf = (step: number): string => {
    if (codebooks === 1) return "0"
    if (step < 1 || step > codebooks)
      throw new ConfigError(`vectorQuantiser: expected a scale from 1 to ${codebooks}, one for each codebook, got ${step}`)
    return String(step - 1)
  }
  const codebookFor = ({ codebook }: VectorQuantiserParameters, step: number): tf.Tensor => {
    const found = codebook[codebookOf(step)]
    if (found === undefined) throw new ConfigError(`vectorQuantiser: the parameters lack codebook.${codebookOf(step)}`)
    return found
  }

  return {
    channels,
    vocabulary: codes,
    tokens: "ids",
    codebooks,
    metric,
    codebookOf,
    init: (random: RandomStream) => ({
      codebook: Object.fromEntries(
        Array.from({ length: codebooks }, (_, index) => [
          String(index),
          tf.tidy(() => random.fold("codebook").fold(index).normal([codes, channels]).div(Math.sqrt(channels))),
        ]),
      ),
    }),
    encode: (parameters, vectors, step = 1) => nearestCode(codebookFor(parameters, step), vectors, { metric }),
    decode: (parameters, ids, step = 1) =>
      tf.tidy(() => {
        const stored = codebookFor(parameters, step)
        const rows = learning === "average" ? ops.stopGradient(stored) : stored
        const found = ops.embedding(rows, ids)
        return metric === "cosine" ? normalisedRows(found) : found
      }),
    ...(metric === "cosine" && { relax: (_parameters: VectorQuantiserParameters, vectors: tf.Tensor) => normalisedRows(vectors) }),
  }
}
