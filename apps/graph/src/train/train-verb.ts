import path from "node:path"
import {
  backendSentence,
  defineVerb,
  fallbackRemark,
  formatCount,
  formatDuration,
  integer,
  runOptions,
  type RunOptionValues,
  type Verb,
} from "@scalewise/cli"
import { dataSeam } from "../plugin/data-seam.ts"
import type { GraphTrainingConfig, GraphTrainingEvent } from "@scalewise/graph"

interface Options extends RunOptionValues {
  dataset: string
  count?: number
  nodes?: number
  largestComponent?: boolean
  half?: boolean
}

/** `train`: a graph model from a data set. */
export const trainVerb: Verb = defineVerb<GraphTrainingConfig, Options>({
  name: "train",
  summary: "train a graph model",
  description:
    "Learns to grow graphs from a single node, level by level; the presets ending in -masked, -diffusion and -latent train other processes. The run's folder gets the model (checkpoints/model) and its log. Training is saved " +
    "every two minutes; after an interruption --resume goes on bit for bit.",
  options: [
    {
      flags: "--dataset <name|file>",
      description:
        "file of graphs, QM9's folder, or the name of a generator (planar, sbm, tree, community, ego, grid, lobster, erdos-renyi)",
      default: "tree",
    },
    { flags: "--count <n>", description: "generators: number of graphs in all three parts (default: 200)", parse: integer({ min: 3 }) },
    { flags: "--nodes <n>", description: "generators: nodes of each (default: as in the literature)", parse: integer({ min: 2 }) },
    { flags: "--largest-component", description: "keep only the largest component of each graph" },
    { flags: "--half", description: "store the model in half precision" },
    ...runOptions("train-1"),
  ],
  examples: [
    "train --preset tree --dataset tree",
    "train --preset planar --dataset planar64.jsonl.gz --name planar",
    "train --preset qm9 --dataset qm9 --set skeletonTraining.steps=8000",
  ],
  presets: [
    "tree",
    "planar",
    "sbm",
    "community",
    "ego",
    "qm9",
    "community-masked",
    "community-diffusion",
    "community-latent",
    "qm9-masked",
    "qm9-diffusion",
    "qm9-latent",
  ],
  config: async () => (await import("./train-config.ts")).trainConfig,
  seams: [dataSeam],
  async run({ options, config, command, dryRun, signal, output, host, progress, openRun, extensions }) {
    const { saveGraphModel, trainGraphModel } = await import("@scalewise/graph")
    const { selectBackend } = await import("@scalewise/nn")
    const { openTrainingGraphs } = await import("./open-training-graphs.ts")
    const { trainingPlan } = await import("./training-plan.ts")

    const { name, dataset: source } = options
    const data = await openTrainingGraphs(source, { ...options, seed: config.seed }, output, extensions(dataSeam))
    const backend = await selectBackend()
    if (dryRun) {
      const plan = trainingPlan(config, data)
      output.data(plan, plan.lines.join("\n"))
      return
    }
    output.say(`${data.name}: ${data.origin}; ${formatCount(data.splits.train.length)} graphs to train on.`)
    output.say(backendSentence(backend))
    const run = await openRun({ root: options.out, name, config, backend, existing: options.resume ? "resume" : "refuse" })
    const bar = progress({ label: "training", total: 1 })
    const began = host.clock()
    let isStopped = false
    const remark = fallbackRemark(bar.say)
    try {
      const events = trainGraphModel({
        config,
        vocabulary: data.vocabulary,
        graphs: data.splits.train,
        folder: path.join(run.checkpoints, "training"),
        ...(options.eager && { mode: "eager" }),
        signal,
        clock: host.clock,
      })
      let next = await events.next()
      for (; !next.done; next = await events.next()) {
        const { stage, event, steps } = next.value
        remark(event)
        if (event.type !== "step") continue
        bar.update({ done: event.step, total: steps, note: `${stage}, loss ${event.loss.toPrecision(4)}` })
        const record = logged(next.value)
        if (record) run.metrics.append({ ...record, elapsed: (host.clock() - began) / 1000 })
      }
      const { model, seconds, mode } = next.value
      const folder = path.join(run.checkpoints, "model")
      const metadata = {
        ...model.metadata,
        command,
        seed: config.seed,
        training: config,
        data: { name: data.name, origin: data.origin, graphs: data.splits.train.length },
        seconds,
        steps: mode,
        backend: { name: backend.name, threads: backend.threads },
      }
      await saveGraphModel(folder, model, { metadata, ...(options.half && { floats: "F16" }) })
      model.dispose()
      const total = Object.values(seconds).reduce((sum, one) => sum + one, 0)
      output.data({ model: folder, seconds, mode }, `Trained in ${formatDuration(1000 * total)} (steps ${mode}). Model: ${folder}`)
    } catch (error) {
      if (!signal.aborted) throw error
      isStopped = true
    } finally {
      bar.stop()
      run.close()
    }
    if (isStopped) output.warn(`Stopped and saved in ${run.path}; go on with the same command and --name ${name} --resume`)
  },
})

/** What goes to the log: losses now and then. */
function logged({ stage, event, steps }: GraphTrainingEvent): Record<string, unknown> | undefined {
  if (event.type !== "step" || (event.step % 20 !== 0 && event.step !== steps)) return undefined
  const { step, loss, metrics, samplesPerSecond, seconds } = event
  return { stage, step, loss, ...metrics, samplesPerSecond, seconds }
}
