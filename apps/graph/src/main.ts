#!/usr/bin/env node
import { createApp } from "@scalewise/cli"

await createApp({
  name: "scalewise-graph",
  domain: "graph",
  description:
    "Graphs by coarse-to-fine refinement. So far this program only has `doctor`: train, sample, evaluate, inspect and report come with the package @scalewise/graph.",
  verbs: [],
  clock: Date.now,
}).main()
