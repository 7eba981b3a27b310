import { decimal, definePlugin } from "@scalewise/cli"
import type { BackwardProcess } from "@scalewise/core"
import { annealed } from "./annealed.ts"

/** The seam "image.sampling": flags, and a wrapper around the process that draws. */
const sampling = {
  options: [
    { flags: "--anneal-from <x>", description: "temperature of the coarsest scale", default: 1.3, parse: decimal() },
    { flags: "--anneal-to <x>", description: "temperature of the finest scale", default: 0.7, parse: decimal() },
  ],
  wrap: <State, Draw, Condition, Output>(
    process: BackwardProcess<State, Draw, Condition, Output>,
    { options }: { options: { annealFrom: number; annealTo: number } },
  ) => annealed(process, { from: options.annealFrom, to: options.annealTo }),
}

/** `scalewise-image sample --plugin scalewise-extension-template`. */
export const plugin = definePlugin({
  name: "scalewise-extension-template",
  description: "lets the temperature fall from the coarsest to the finest scale",
  api: "^1.0.0",
  hooks: { "image.sampling": sampling },
})
