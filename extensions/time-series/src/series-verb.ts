import { mkdir } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, integer, textTable, type Verb } from "@scalewise/cli"

interface Options {
  readonly train: number
  readonly steps: number
  readonly count: number
  readonly out: string
}

/** `series`: trains a model of generated series, draws from it, scores what it drew, and writes all of it. */
export const seriesVerb: Verb = defineVerb<undefined, Options>({
  name: "series",
  summary: "series in time: train a one-dimensional pyramid, draw, score, report (seconds)",
  description:
    "Generates series with a level, a season and noise that forgets itself, trains a coarse-to-fine model of them, draws as many as --count, and holds " +
    "them against series that it has not seen, beside a floor (other real series) and a baseline (independent values). Writes report.html and series.json.",
  options: [
    { flags: "--train <n>", description: "series to train on", default: 2048, parse: integer({ min: 128 }) },
    { flags: "--steps <n>", description: "updates", default: 400, parse: integer({ min: 1 }) },
    { flags: "--count <n>", description: "series to draw", default: 512, parse: integer({ min: 2 }) },
    { flags: "--out <dir>", description: "folder for the page and the series", default: "series" },
  ],
  examples: ["series --seed 1 --out series"],
  async run({ command, options: { train, steps, count, out }, seed = 0, signal, output, progress }) {
    const { sample } = await import("@scalewise/core")
    const { randomStream, selectBackend, tf, writeAtomically } = await import("@scalewise/nn")
    const { generatedSeries } = await import("./generated-series.ts")
    const { trainSeriesModel } = await import("./series-model.ts")
    const { autocorrelation, independentSeries, seriesDistance } = await import("./series-scores.ts")
    const { seriesPage } = await import("./series-page.ts")

    await mkdir(out, { recursive: true }) // before the work, so that what cannot be written is said at once
    output.say(backendSentence(await selectBackend()))
    const series = generatedSeries({ count: train, seed: `train ${seed}` })
    const bar = progress({ label: "training", total: steps })
    const model = await trainSeriesModel(series, {
      steps,
      random: randomStream(seed).fold("model"),
      signal,
      onStep: (done, nats) => bar.update({ done, note: `${nats.toFixed(1)} nats` }),
    }).finally(() => bar.stop())
    const test = generatedSeries({ count, seed: `test ${seed}` })
    const other = generatedSeries({ count, seed: `other ${seed}` })
    const independent = await independentSeries(series, seed)
    try {
      const drawn = await sample(model.process, { batch: count, condition: undefined, seed })
      const sets = { model: drawn, "other real series": other, "independent values": independent }
      const scores: Record<string, Awaited<ReturnType<typeof seriesDistance>>> = {}
      for (const [name, set] of Object.entries(sets)) scores[name] = await seriesDistance(set, test)
      const curves: Record<string, number[]> = { "real series": await autocorrelation(test) }
      for (const name of ["model", "independent values"] as const) curves[name] = await autocorrelation(sets[name])
      const shown = (set: typeof test) => tf.tidy(() => set.slice([0, 0], [4, -1]).arraySync() as number[][])
      const write = (name: string, text: string): Promise<void> => writeAtomically(path.join(out, name), (sink) => sink(Buffer.from(text)))
      await write("report.html", seriesPage({ command, nats: model.nats, scores, curves, drawn: shown(drawn), real: shown(test) }))
      await write("series.json", `${JSON.stringify(await drawn.array())}\n`)
      output.data({ nats: model.nats, scores, report: path.join(out, "report.html") }, () =>
        [
          textTable(
            ["against unseen series", "autocorrelation", "values", "means"],
            Object.entries(scores).map(([name, one]) => [name, ...[one.autocorrelation, one.values, one.means].map((x) => x.toFixed(4))]),
          ),
          `Page: ${path.join(out, "report.html")}`,
        ].join("\n\n"),
      )
      drawn.dispose()
    } finally {
      model.dispose()
      tf.dispose([series, test, other, independent])
    }
  },
})
