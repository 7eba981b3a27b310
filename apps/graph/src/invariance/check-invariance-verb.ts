import { defineVerb, exitCode, integer, type Progress, type Verb } from "@scalewise/cli"

interface Options {
  readonly checkpoint: string
  readonly graphs: number
  readonly renamings: number
  readonly nodes?: number
}

/** `check-invariance`: whether a trained model treats all numberings of a graph alike. */
export const checkInvarianceVerb: Verb = defineVerb<undefined, Options>({
  name: "check-invariance",
  summary: "test on a trained model that renaming the nodes changes nothing",
  description:
    "Measures, as relative errors: the networks on renamed inputs; the sampler, which draws graphs twice from noise that belongs to nodes and edges, the second time with all nodes " +
    "renamed after every step, and has to end at exactly the renamed graph; the training losses of renamed graphs; and padding. Beside each figure stands what the " +
    "check finds when a mistake (an index embedding, batch norm over padding) is put in front of the model's own networks. Exit status 1 where a figure is above its limit.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the model, or the name of a shipped one", default: "tree" },
    { flags: "--graphs <n>", description: "graphs that are drawn twice", default: 4, parse: integer({ min: 1 }) },
    { flags: "--nodes <n>", description: "nodes of each (default: drawn from the training law)", parse: integer({ min: 2 }) },
    { flags: "--renamings <n>", description: "random inputs of the networks", default: 100, parse: integer({ min: 1 }) },
  ],
  examples: ["check-invariance --checkpoint tree", "check-invariance --checkpoint runs/graph/planar/checkpoints/model --graphs 20 --json"],
  async run({ options, seed = 0, signal, output, progress }) {
    const { checkInvariance } = await import("@scalewise/graph")
    const { selectBackend } = await import("@scalewise/nn")
    const { openGraphModel } = await import("../sample/open-graph-model.ts")
    const { invarianceText } = await import("./invariance-text.ts")

    const backend = await selectBackend()
    const model = await openGraphModel(options.checkpoint)
    output.say(`Computing on ${backend.name}: ${backend.reason}.${backend.advice ? ` ${backend.advice}` : ""}`)
    let bar: Progress | undefined
    try {
      const { graphs, nodes, renamings } = options
      const report = await checkInvariance(model, {
        seed,
        graphs,
        nodes,
        renamings,
        signal,
        onStage: (note, done, total) => (bar ??= progress({ label: "checking", total })).update({ done, note }),
      })
      bar?.stop()
      output.data({ ...report, seed }, () => invarianceText(report))
      return report.passed ? exitCode.ok : exitCode.failure
    } finally {
      bar?.stop()
      model.dispose()
    }
  },
})
