// `node scripts/run.mjs VERB [arguments]`: sets up what is missing, then runs the verb.
import { mkdirSync } from "node:fs"
import path from "node:path"
import { bootstrap, fail, root, run } from "./bootstrap.mjs"

const verbs = {
  start: (args) => app("image", ["experiment", "all", "--preset", "quick", ...args]) || app("graph", startGraphs) || startWeather(),
  test: (args) => run("node", ["scripts/test.mjs", ...args]),
  bench: (args) => run("node", [path.join("bench", "dist", "main.js"), ...args]),
  image: (args) => app("image", args),
  graph: (args) => app("graph", args),
  weather: (args) => app("weather", args),
}

/** Trees from the model that ships, beside fresh ones: seconds. */
const startGraphs = [
  "report",
  "--checkpoint",
  "tree",
  "--dataset",
  "tree",
  "--validity",
  "tree",
  "--runs",
  "1",
  "--large",
  "0",
  "--out",
  "runs/graph/start",
]

/** An ensemble from the forecaster that ships, on weather that it has not seen, beside climatology, persistence and a linear model: a minute. */
const startWeather = () => {
  const at = (file) => path.join("runs", "weather", "start", file)
  mkdirSync(path.join("runs", "weather", "start"), { recursive: true })
  const [truth, forecast] = [at("channel.nc"), at("forecast.nc")]
  return (
    app("weather", ["data", "channel", "--years", "6", "--seed", "2", "--out", truth]) ||
    app("weather", [
      "forecast",
      "--checkpoint",
      "channel",
      "--data",
      truth,
      "--init",
      "2006",
      "--every",
      "12",
      "--days",
      "10",
      "--out",
      forecast,
    ]) ||
    app("weather", [
      "report",
      "--forecast",
      forecast,
      "--truth",
      truth,
      "--train-years",
      "2001-2005",
      "--checkpoint",
      "channel",
      "--baselines",
      "climatology-gaussian,persistence,damped,lim",
      "--out",
      path.join("runs", "weather", "start"),
    ])
  )
}

const app = (name, args) => run("node", [path.join(root, "apps", name, "dist", "main.js"), ...args])

const [verb, ...args] = process.argv.slice(2)
if (!(verb in verbs)) fail(`expected one of ${Object.keys(verbs).join(", ")}, got ${verb ?? "nothing"}`, 2)
process.on("SIGINT", () => {}) // the child decides when to stop; it saves first
await bootstrap()
process.exit(verbs[verb](args))
