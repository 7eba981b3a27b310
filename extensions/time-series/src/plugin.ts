import { definePlugin } from "@scalewise/cli"
import { seriesVerb } from "./series-verb.ts"

/** `scalewise-image series --plugin scalewise-time-series`; any app will do. */
export const plugin = definePlugin({
  name: "scalewise-time-series",
  description: "series in time by a one-dimensional pyramid",
  api: "^1.0.0",
  verbs: [seriesVerb],
})
