import { decimal, definePlugin, integer, list, type PluginHook } from "@scalewise/cli"
import type { SamplingWrapper, TokenProcess } from "@scalewise/image"
import { resampled } from "./resampled.ts"

interface Flags {
  readonly resampleBelow: number[]
  readonly resampleRounds: number
}

const sampling: PluginHook & SamplingWrapper = {
  options: [
    {
      flags: "--resample-below <p>",
      description: "draw a token again that is less probable than this; with commas one for each scale",
      default: [0.05],
      parse: list(decimal({ min: 0, max: 1 })),
    },
    { flags: "--resample-rounds <n>", description: "how often at most", default: 2, parse: integer({ min: 0 }) },
  ],
  wrap(process: TokenProcess, { options }) {
    const { resampleBelow: below, resampleRounds: rounds } = options as unknown as Flags
    return resampled(process, { below: below.length === 1 ? below[0]! : below, rounds })
  },
}

/** `scalewise-image sample --plugin scalewise-token-resampling`. */
export const plugin = definePlugin({
  name: "scalewise-token-resampling",
  description: "draws tokens again that the model was not sure of",
  api: "^1.0.0",
  hooks: { "image.sampling": sampling },
})
