#!/usr/bin/env node
import { createApp } from "@scalewise/cli"
import { trainClassifierVerb } from "./classifier/train-classifier-verb.ts"
import { trainDiffusionVerb } from "./diffusion/train-diffusion-verb.ts"
import { compareVerb } from "./evaluate/compare-verb.ts"
import { evaluateVerb } from "./evaluate/evaluate-verb.ts"
import { experimentVerb } from "./experiment/experiment-verb.ts"
import { imageApp } from "./image-app.ts"
import { inspectVerb } from "./inspect/inspect-verb.ts"
import { importVerb } from "./published/import-verb.ts"
import { editVerb } from "./sample/edit-verb.ts"
import { sampleVerb } from "./sample/sample-verb.ts"
import { trainVerb } from "./train/train-verb.ts"

await createApp({
  ...imageApp,
  description: "Images by coarse-to-fine refinement: runs the controlled experiments of the paper's Section 4 on MNIST and its relatives.",
  verbs: [
    trainVerb,
    sampleVerb,
    editVerb,
    trainDiffusionVerb,
    evaluateVerb,
    compareVerb,
    experimentVerb,
    trainClassifierVerb,
    inspectVerb,
    importVerb,
  ],
  examples: ["experiment all --preset quick", "experiment B --preset paper --seeds 0,1,2", "doctor"],
  clock: Date.now,
}).main()
