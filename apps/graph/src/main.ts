#!/usr/bin/env node
import { createApp } from "@scalewise/cli"
import { describeVerb } from "./describe/describe-verb.ts"
import { evaluateVerb } from "./evaluate/evaluate-verb.ts"
import { inspectVerb } from "./inspect/inspect-verb.ts"
import { checkInvarianceVerb } from "./invariance/check-invariance-verb.ts"
import { reportVerb } from "./report/report-verb.ts"
import { sampleVerb } from "./sample/sample-verb.ts"
import { trainVerb } from "./train/train-verb.ts"

await createApp({
  name: "scalewise-graph",
  domain: "graph",
  description:
    "Graphs and molecules by coarse-to-fine refinement: trains models that grow them from a single node, samples them, and judges any two files of graphs.",
  verbs: [trainVerb, sampleVerb, reportVerb, evaluateVerb, inspectVerb, describeVerb, checkInvarianceVerb],
  clock: Date.now,
}).main()
