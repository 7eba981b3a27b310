import { mkdir } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, integer, textTable, type Progress, type Verb } from "@scalewise/cli"
import type { ValidityRule } from "@scalewise/graph"
import { dataSeam } from "../plugin/data-seam.ts"
import { reportSeam } from "../plugin/report-seam.ts"

interface Options {
  readonly checkpoint: string
  readonly dataset: string
  readonly split: "validation" | "test"
  readonly validity: ValidityRule
  readonly count: number
  readonly runs: number
  readonly large: number
  readonly batch: number
  readonly settings?: string[]
  readonly out: string
}

/** `report`: draws graphs, judges them, and shows them beside real ones on one page. */
export const reportVerb: Verb = defineVerb<undefined, Options>({
  name: "report",
  summary: "draw graphs from a model, judge them, and show all of it on one page",
  description:
    "Several draws with each setting of sampling, held against real graphs, with floors and naive baselines; generated beside real graphs, the film of one " +
    "graph, degrees and spectra. Writes report.html, results.json and the pictures as PNG.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the model, or the name of a shipped one", default: "tree" },
    { flags: "--dataset <name|file>", description: "the data set that the model was trained on", default: "tree" },
    { flags: "--split <name>", description: "part of it to hold samples against", choices: ["validation", "test"], default: "test" },
    {
      flags: "--validity <rule>",
      description: "what V.U.N. calls valid",
      choices: ["connected", "planar", "tree", "sbm"],
      default: "connected",
    },
    { flags: "--count <n>", description: "graphs of a draw", default: 40, parse: integer({ min: 2 }) },
    { flags: "--runs <n>", description: "draws with each setting", default: 5, parse: integer({ min: 1 }) },
    { flags: "--large <n>", description: "graphs of one more draw; 0: none", default: 200, parse: integer({ min: 0 }) },
    { flags: "--batch <n>", description: "graphs at a time", default: 100, parse: integer({ min: 1 }) },
    {
      flags: "--settings <name:json...>",
      description:
        'settings of sampling under names, e.g. "one round:{\\"patterns\\":{\\"kind\\":\\"random\\",\\"rounds\\":1}}" (default: the model\'s own)',
    },
    { flags: "--out <dir>", description: "folder for the page and the pictures", default: "report" },
  ],
  examples: ["report --checkpoint tree --dataset tree64.jsonl.gz --validity tree --out trees"],
  seams: [dataSeam, reportSeam],
  async run({ options, seed = 0, command, signal, output, host, progress, extensions }) {
    const { ConfigError, randomStream, selectBackend, writeAtomically } = await import("@scalewise/nn")
    const { openTrainingGraphs } = await import("../train/open-training-graphs.ts")
    const { openGraphModel } = await import("../sample/open-graph-model.ts")
    const { readSampling } = await import("../sample/read-sampling.ts")
    const { judgeSettings } = await import("./judge-settings.ts")
    const { film, sideBySide, pngOf } = await import("./graph-pictures.ts")
    const { statisticCurves } = await import("./statistic-curves.ts")
    const { reportPage } = await import("./report-page.ts")
    const { pickedAtRandom } = await import("@scalewise/graph")
    const { runFigures } = await import("./judged-setting.ts")

    const settings = (options.settings ?? ["the model's own:{}"]).map((text) => {
      const colon = text.indexOf(":")
      if (colon < 1) throw new ConfigError(`--settings: expected a name, a colon and JSON, got "${text}"`)
      return { name: text.slice(0, colon), sampling: readSampling(text.slice(colon + 1))! }
    })
    const data = await openTrainingGraphs(options.dataset, { seed: 0 }, output, extensions(dataSeam))
    await mkdir(options.out, { recursive: true }) // before the work, so that what cannot be written is said at once
    const backend = await selectBackend()
    const model = await openGraphModel(options.checkpoint)
    output.say(backendSentence(backend))
    let bar: Progress | undefined
    try {
      const { settings: judged, evaluation } = await judgeSettings(model, data, {
        ...options,
        settings,
        seed,
        signal,
        clock: host.clock,
        onProgress: (done, total, note) => (bar ??= progress({ label: "report", total })).update({ done, total, note }),
      })
      bar?.stop()
      const shown = judged[0]!.shown
      const all = data.splits[options.split]
      const real = pickedAtRandom(all, 200, randomStream(seed).fold("picked"))
      const beside = await sideBySide(
        model,
        shown.map(({ graph }) => graph),
        real,
      )
      const grown = film(shown.toSorted((a, b) => b.film.length - a.film.length)[0]!)
      const curves = statisticCurves([
        { name: "generated", graphs: shown.map(({ graph }) => graph) },
        { name: "real", graphs: real },
      ])
      const generated = shown.map(({ graph }) => graph)
      const added = []
      for (const { hook, attempt } of extensions(reportSeam))
        added.push(...((await attempt(() => hook.sections({ generated, real, data }))) ?? []))
      const html = reportPage({
        model: options.checkpoint,
        data: `the ${options.split} part of ${data.name} (${all.length} graphs)`,
        settings: judged,
        evaluation,
        pictures: { sideBySide: beside.figure, film: grown.figure, curves },
        added,
        command,
        machine: `Computed on ${backend.name} with ${backend.threads} threads.`,
      })
      const write = (name: string, bytes: Uint8Array): Promise<void> => writeAtomically(path.join(options.out, name), (sink) => sink(bytes))
      await write("report.html", Buffer.from(html))
      await write("generated.png", await pngOf(beside.svg))
      await write("film.png", await pngOf(grown.svg))
      const results = {
        command,
        seed,
        dataset: data.name,
        split: options.split,
        settings: judged.map(({ name, sampling, runs, large }) => ({ name, sampling, runs, large })),
        floors: evaluation.floors,
        baselines: evaluation.baselines,
      }
      await write("results.json", Buffer.from(`${JSON.stringify(results, undefined, 1)}\n`))
      const columns = ["vun", "ratio", "emd", "connected", "calls", "perSecond"]
      const rows = judged.flatMap(({ name, runs, large }) =>
        [...runs, ...(large ? [large] : [])].map((run) => {
          const figures = runFigures(run)
          return [`${name}, seed ${run.seed}`, String(run.count), ...columns.map((key) => (figures[key] ?? Number.NaN).toPrecision(4))]
        }),
      )
      output.data({ ...results, report: path.join(options.out, "report.html") }, () =>
        [textTable(["setting", "graphs", ...columns], rows), `Page: ${path.join(options.out, "report.html")}`].join("\n\n"),
      )
    } finally {
      bar?.stop()
      model.dispose()
    }
  },
})
