import { defineVerb, integer, type Verb } from "@scalewise/cli"
import type { ValidityRule } from "@scalewise/graph"

interface Options {
  readonly samples: string
  readonly reference: string
  readonly testSplit?: string
  readonly splitField?: string
  readonly validity: ValidityRule
  readonly draws: number
}

/** `evaluate`: two files of graphs against each other, with floors and naive baselines. */
export const evaluateVerb: Verb = defineVerb<undefined, Options>({
  name: "evaluate",
  summary: "measure samples against real graphs, beside floors and naive baselines",
  description:
    "Reads any two files of graphs, own samples or others'. Distances (MMD) of degrees, clustering, orbits, spectra and wavelets under both published kernels, their " +
    "mean ratio to the training graphs' (the published floor), a discrepancy by classifiers (PGD), shares that are connected, planar, trees or block models (by the ICL test, which is " +
    'not graph-tool\'s), uniqueness and novelty by exact isomorphism. Training graphs are the split "train" of the reference. Beside every figure stand what random training graphs score, as many as ' +
    "there are samples and 200, and two classical samplers. Molecules are judged by their chemistry too.",
  options: [
    { flags: "--samples <file>", description: "generated graphs: .jsonl, .json, .graphml, .gexf, .smi or edge lists, each also with .gz" },
    { flags: "--reference <file>", description: "real graphs with splits, in such a file; or QM9's folder" },
    {
      flags: "--test-split <name>",
      description: 'split that samples are held against (default: "test"; all graphs of a file without splits)',
    },
    { flags: "--split-field <name>", description: 'field that names the split (default: "split")' },
    {
      flags: "--validity <rule>",
      description: "what V.U.N. calls valid",
      choices: ["connected", "planar", "tree", "sbm"],
      default: "connected",
    },
    { flags: "--draws <n>", description: "draws behind a floor", default: 20, parse: integer({ min: 2 }) },
  ],
  examples: [
    "evaluate --samples samples.jsonl --reference planar64.jsonl.gz --validity planar",
    "evaluate --samples samples.smi --reference qm9 --json",
  ],
  async run({ options, seed = 0, output, progress }) {
    const { ConfigError, randomStream } = await import("@scalewise/nn")
    const { evaluateGraphs } = await import("@scalewise/graph")
    const { comparedGraphs } = await import("./compared-graphs.ts")
    const { evaluationText } = await import("./evaluation-text.ts")
    const { moleculeScores } = await import("./molecule-scores.ts")
    for (const name of ["samples", "reference"] as const)
      if (options[name] === undefined) throw new ConfigError(`evaluate: expected --${name} with a file of graphs, got none`)
    const compared = await comparedGraphs(options)
    const { samples, reference, train, faults, summary } = compared
    output.say(summary)
    if (faults.length > 0) output.warn(faults.length === 1 ? faults[0]! : `${faults.length} faults; the first: ${faults[0]}`)
    const bar = progress({ label: "evaluating", total: 1 })
    let stages = 1
    try {
      const evaluation = evaluateGraphs(samples, {
        reference,
        train,
        validity: options.validity,
        floorDraws: options.draws,
        random: randomStream(seed).fold("evaluate"),
        onStage: (note, done, total) => bar.update({ done, total: (stages = total), note }),
      })
      bar.update({ done: stages })
      const molecules = await moleculeScores(compared, randomStream(seed).fold("molecules"))
      bar.stop()
      output.data({ ...evaluation, ...(molecules && { molecules: molecules.scores }) }, () =>
        [evaluationText(evaluation), ...(molecules ? [molecules.text] : [])].join("\n\n"),
      )
    } finally {
      bar.stop()
    }
  },
})
