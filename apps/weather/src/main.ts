#!/usr/bin/env node
import { createApp } from "@scalewise/cli"
import { calibrateVerb } from "./calibrate/calibrate-verb.ts"
import { convertVerb } from "./convert/convert-verb.ts"
import { dataVerb } from "./data/data-verb.ts"
import { forecastVerb } from "./forecast/forecast-verb.ts"
import { inspectVerb } from "./inspect/inspect-verb.ts"
import { prepareVerb } from "./prepare/prepare-verb.ts"
import { reportVerb } from "./report/report-verb.ts"
import { trainVerb } from "./train/train-verb.ts"
import { verifyVerb } from "./verify/verify-verb.ts"

await createApp({
  name: "scalewise-weather",
  domain: "weather",
  description:
    "Weather ensembles by coarse-to-fine refinement: trains a forecaster on your own NetCDF or Zarr files, draws calibrated ensembles, and verifies any forecast file beside honest baselines.",
  verbs: [trainVerb, calibrateVerb, forecastVerb, verifyVerb, reportVerb, inspectVerb, prepareVerb, convertVerb, dataVerb],
  clock: Date.now,
}).main()
