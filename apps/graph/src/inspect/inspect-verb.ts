import { defineVerb, exitCode, inspectPath, integer, type Verb } from "@scalewise/cli"

interface Options {
  strict?: boolean
  values: boolean
  duplicates: boolean
  simplify?: boolean
  largestComponent?: boolean
  splitField?: string
  nodeAttribute?: string
  edgeAttribute?: string
  count?: number
  nodes?: number
}

/** Endings of files that are tensors, not graphs. */
const tensors = /\.(safetensors|pth?|ckpt|bin)$/i

/** `inspect PATH`: says what a set of graphs, a checkpoint, a run or a file of tensors holds, and what is broken in it. */
export const inspectVerb: Verb = defineVerb<undefined, Options>({
  name: "inspect",
  summary: "say what a file of graphs, a checkpoint, a run or a file of tensors holds",
  description:
    "Graphs: .jsonl, .json, .graphml, .gexf, .smi and edge lists (.edges, .txt, .csv), each also with .gz, QM9's folder, or the name of a generator " +
    "(planar, sbm, tree, community, ego, grid, lobster, erdos-renyi). Tensors: .safetensors and .pth files (nothing in them is executed), " +
    "checkpoint folders. Runs: their config, log and checkpoints.",
  arguments: [{ name: "<path>", description: "what to look at" }],
  options: [
    { flags: "--strict", description: "exit with 3 where anything is broken" },
    { flags: "--no-values", description: "tensors: names, shapes and formats only" },
    { flags: "--no-duplicates", description: "graphs: do not compare them with each other" },
    { flags: "--simplify", description: "graphs: remove self-loops and repeated edges, forget directions" },
    { flags: "--largest-component", description: "graphs: keep only the largest component of each" },
    { flags: "--split-field <name>", description: 'graphs: field that names the split (default: "split")' },
    { flags: "--node-attribute <name>", description: 'graphs: attribute with the category of a node (default: "label")' },
    { flags: "--edge-attribute <name>", description: 'graphs: attribute with the category of an edge (default: "label")' },
    { flags: "--count <n>", description: "generators: number of graphs (default: 200)", parse: integer({ min: 3 }) },
    { flags: "--nodes <n>", description: "generators: nodes of each (default: as in the literature)", parse: integer({ min: 1 }) },
  ],
  examples: [
    "inspect graphs.jsonl.gz",
    "inspect network.graphml --simplify",
    "inspect planar --count 500 --seed 1",
    "inspect runs/graph/train-1",
  ],
  async run({ arguments: [at], options, seed, signal, output }) {
    const path = at!
    const { existsSync, statSync } = await import("node:fs")
    const isOther = existsSync(path) && (tensors.test(path) || statSync(path).isDirectory())
    const found = (isOther ? await inspectPath(path, { values: options.values, signal }) : undefined) ?? (await inspected())
    const { kind, data, text, faults } = found
    output.data({ path, kind, ...data, faults }, text)
    const [first] = faults
    if (first === undefined) return exitCode.ok
    output.warn(faults.length === 1 ? first : `${faults.length} faults; the first: ${first}`)
    return options.strict ? exitCode.data : exitCode.ok

    async function inspected() {
      const { randomStream } = await import("@scalewise/nn")
      const { inspectedGraphs } = await import("./inspected-graphs.ts")
      const { inspectGraphs } = await import("./inspect-graphs.ts")
      const { simplify, largestComponent, splitField, nodeAttribute, edgeAttribute, count, nodes } = options
      const random = randomStream(seed ?? 0)
      const graphs = await inspectedGraphs(path, {
        random,
        simplify,
        largestComponent,
        splitField,
        nodeAttribute,
        edgeAttribute,
        count,
        nodes,
      })
      return inspectGraphs(graphs, { duplicates: options.duplicates })
    }
  },
})
