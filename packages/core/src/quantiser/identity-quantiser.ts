import { ops, type Parameters } from "@scalewise/nn"
import type { Quantiser } from "./quantiser.ts"

/** No quantisation: a token is the vector itself. Makes a residual pyramid of continuous latents, exact to rounding. */
export function identityQuantiser(channels: number): Quantiser<Record<never, never> & Parameters> {
  return {
    channels,
    vocabulary: Infinity,
    tokens: "vectors",
    init: () => ({}),
    encode: (_, vectors) => ops.stopGradient(vectors),
    decode: (_, tokens) => tokens,
  }
}
