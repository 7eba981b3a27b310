#!/usr/bin/env node
import { createApp } from "@scalewise/cli"
import { inspectVerb } from "./inspect/inspect-verb.ts"

await createApp({
  name: "scalewise-graph",
  domain: "graph",
  description:
    "Graphs by coarse-to-fine refinement. So far this program has `inspect` and `doctor`: train, sample, evaluate and report come with the package @scalewise/graph.",
  verbs: [inspectVerb],
  clock: Date.now,
}).main()
