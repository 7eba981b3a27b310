import path from "node:path"
import { defineVerb, type Verb } from "@scalewise/cli"

interface Options {
  readonly out: string
}

/** `compare`: several evaluations in one figure, quality against seconds and against network calls. */
export const compareVerb: Verb = defineVerb<undefined, Options>({
  name: "compare",
  summary: "draw the results of several evaluations in one figure",
  description:
    "Reads evaluation.json files that `evaluate` wrote and draws FLD against seconds a picture and against network calls, on logarithmic axes. Only evaluations of the " +
    "same classifier, real images and number of samples can be compared. The folder gets comparison.html, comparison.md (the table), and the figures as SVG.",
  arguments: [{ name: "[evaluations...]", description: "evaluation.json files, or folders that hold one" }],
  options: [{ flags: "--out <dir>", description: "folder of the comparison", default: path.join("runs", "image", "comparison") }],
  examples: ["compare runs/image/mnist/evaluation-1 runs/image/mnist-ddpm/evaluation-1 --out comparison"],
  async run({ command, arguments: files, options: { out }, output }) {
    const { comparisonRows, readEvaluations } = await import("./comparison-rows.ts")
    const { comparisonFiles } = await import("./comparison-files.ts")
    const { evaluationFolder } = await import("./evaluation-folder.ts")
    const evaluations = await readEvaluations(files)
    const rows = comparisonRows(evaluations)
    const made = comparisonFiles(evaluations, rows, command)
    const folder = await evaluationFolder(out, undefined)
    for (const [name, content] of Object.entries(made)) await folder.write(name, content)
    output.data({ rows, folder: out }, `${made["comparison.md"]}\nPage: ${path.join(out, "comparison.html")}`)
  },
})
