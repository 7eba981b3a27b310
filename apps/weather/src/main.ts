#!/usr/bin/env node
import { createApp } from "@scalewise/cli"
import { convertVerb } from "./convert/convert-verb.ts"
import { dataVerb } from "./data/data-verb.ts"
import { inspectVerb } from "./inspect/inspect-verb.ts"
import { verifyVerb } from "./verify/verify-verb.ts"

await createApp({
  name: "scalewise-weather",
  domain: "weather",
  description:
    "Weather ensembles by coarse-to-fine refinement. So far this program only has `doctor`: train, forecast, verify, inspect and report come with the package @scalewise/weather.",
  verbs: [dataVerb, convertVerb, inspectVerb, verifyVerb],
  clock: Date.now,
}).main()
