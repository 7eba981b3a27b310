// `node scripts/run.mjs VERB [arguments]`: sets up what is missing, then runs the verb.
import path from "node:path"
import { bootstrap, fail, root, run } from "./bootstrap.mjs"

const verbs = {
  start: (args) => app("image", ["experiment", "all", "--preset", "quick", ...args]) || app("graph", startGraphs),
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

const app = (name, args) => run("node", [path.join(root, "apps", name, "dist", "main.js"), ...args])

const [verb, ...args] = process.argv.slice(2)
if (!(verb in verbs)) fail(`expected one of ${Object.keys(verbs).join(", ")}, got ${verb ?? "nothing"}`, 2)
process.on("SIGINT", () => {}) // the child decides when to stop; it saves first
await bootstrap()
process.exit(verbs[verb](args))
