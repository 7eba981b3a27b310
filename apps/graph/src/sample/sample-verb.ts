import { mkdir } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, integer, type Progress, type Verb } from "@scalewise/cli"

interface Options {
  readonly checkpoint: string
  readonly count: number
  readonly nodes?: number
  readonly batch: number
  readonly sampling?: string
  readonly out: string
}

/** `sample`: graphs from a model, as a file. */
export const sampleVerb: Verb = defineVerb<undefined, Options>({
  name: "sample",
  summary: "draw graphs from a model",
  description:
    "Grows graphs from a single node, level by level, and writes them to a file. Graph i of a seed is the same in any batch and count. " +
    "The ending of --out says how: .jsonl (also .gz), .graphml or .gexf.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the model, or the name of a shipped one (tree)", default: "tree" },
    { flags: "--count <n>", description: "how many graphs", default: 40, parse: integer({ min: 1 }) },
    { flags: "--nodes <n>", description: "nodes of each (default: drawn from the training law)", parse: integer({ min: 2 }) },
    { flags: "--batch <n>", description: "graphs at a time", default: 100, parse: integer({ min: 1 }) },
    {
      flags: "--sampling <json>",
      description: 'settings other than the model\'s, e.g. {"splitRounds":2,"patterns":{"kind":"random","rounds":4}}',
    },
    { flags: "--out <file>", description: "file for the graphs", default: "samples.jsonl" },
  ],
  examples: [
    "sample --checkpoint tree --count 40 --seed 1 --out trees.jsonl",
    "sample --checkpoint runs/graph/planar/checkpoints/model --count 200 --nodes 64 --out planar.jsonl.gz",
  ],
  async run({ options, seed = 0, signal, output, host, progress }) {
    const { checkGraphFileName, samplePackedGraphs, writeGraphs } = await import("@scalewise/graph")
    const { selectBackend } = await import("@scalewise/nn")
    const { openGraphModel } = await import("./open-graph-model.ts")
    const { readSampling, samplingOf } = await import("./read-sampling.ts")

    const sampling = readSampling(options.sampling)
    // Before the graphs are drawn, or they would be lost
    checkGraphFileName(options.out)
    await mkdir(path.dirname(options.out), { recursive: true })
    const backend = await selectBackend()
    const model = await openGraphModel(options.checkpoint)
    output.say(backendSentence(backend))
    let bar: Progress | undefined
    try {
      const began = host.clock()
      const sampled = await samplePackedGraphs(model, {
        count: options.count,
        nodes: options.nodes,
        seed,
        batch: options.batch,
        sampling: samplingOf(sampling, model.config.process),
        signal,
        onProgress: (done, total) => (bar ??= progress({ label: "drawing", total })).update({ done }),
      })
      const seconds = (host.clock() - began) / 1000
      bar?.stop()
      const graphs = sampled.map(({ graph }) => graph)
      await writeGraphs(options.out, graphs, { vocabulary: model.vocabulary, ids: graphs.map((_, i) => String(i)) })
      const calls = sampled.reduce((sum, one) => sum + one.calls, 0) / sampled.length
      output.data(
        { file: options.out, count: graphs.length, seed, seconds, calls },
        `${graphs.length} graphs in ${options.out}: ${(graphs.length / seconds).toFixed(1)} a second, ${calls.toFixed(1)} network calls each`,
      )
    } finally {
      bar?.stop()
      model.dispose()
    }
  },
})
