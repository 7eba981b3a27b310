import type { VectorQuantiserParameters } from "@scalewise/core"
import { ConfigError, type Parameters } from "@scalewise/nn"
import { scalePart, type LatentConfig } from "./latent-config.ts"

/** The code vectors of a model as plain numbers: sums of codes are made without a network. */
export interface CodeTable {
  /** The sum after scale `scale`, with these codes (Eq. 19): one for all nodes at scale 1, one for each node after. */
  added(partial: Float32Array, scale: number, tokens: ArrayLike<number>): Float32Array
  /** Code vectors of pairs [pairs, pair channels]. */
  pairs(tokens: ArrayLike<number>): Float32Array
}

/** Reads the codebooks of a model. */
export function codeTable(config: LatentConfig, parameters: Parameters): CodeTable {
  const { channels, pairChannels } = config
  const rowsOf = (name: string, book: number): Float32Array => {
    const found = (parameters[name] as VectorQuantiserParameters | undefined)?.codebook[String(book)]
    if (!found) throw new ConfigError(`latent model: the parameters lack ${name}.codebook.${book}`)
    return found.dataSync<"float32">()
  }
  const books = Array.from({ length: 1 + config.bands.length }, (_, book) => rowsOf("nodeCodes", book))
  const pairBook = config.pairCodes > 0 ? rowsOf("pairCodes", 0) : new Float32Array()
  return {
    added(partial, scale, tokens) {
      const rows = books[scale - 1]!
      const isGlobal = scalePart(config, scale) === "globals"
      return partial.map((value, at) => value + rows[tokens[isGlobal ? 0 : Math.floor(at / channels)]! * channels + (at % channels)]!)
    },
    pairs: (tokens) =>
      Float32Array.from(
        { length: tokens.length * pairChannels },
        (_, at) => pairBook[tokens[Math.floor(at / pairChannels)]! * pairChannels + (at % pairChannels)]!,
      ),
  }
}
