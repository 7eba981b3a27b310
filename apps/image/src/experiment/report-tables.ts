import { unitsOfSetup, type ExperimentConfig, type SetupName } from "@scalewise/image"
import { table, type Html, type TableRow } from "@scalewise/report"
import { mean, targetText, type Measurements, type Row } from "./measurements.ts"
import { rowLabel } from "./setup-rows.ts"

/** Errors are shown in thousandths, or their zeros would fill the columns. */
const thousandths = (values: readonly number[]): number[] => values.map((value) => 1000 * value)

/** The errors of each model of a setup, with the floors and baselines beside them. */
export function errorTable(setup: SetupName, rows: readonly Row[], { references }: Measurements, config: ExperimentConfig): Html {
  const columns: [string, (row: Row) => TableRow["cells"][number]][] = [
    ["MSE to clean", ({ mse }) => thousandths(mse)],
    ["PSNR (dB)", ({ psnr }) => psnr],
  ]
  if (setup === "A")
    columns.push(
      ["MSE to autoencoder's image", ({ mseToReconstruction }) => thousandths(mseToReconstruction)],
      [`MSE at sigma ${config.shiftSigma}`, ({ mseShifted }) => thousandths(mseShifted)],
    )
  if (setup === "B")
    columns.push(
      ["MSE to right code's image", ({ mseToCentroid }) => thousandths(mseToCentroid)],
      ["right code", ({ exactCode }) => (exactCode.length > 0 ? exactCode : null)],
    )
  if (setup === "C" || setup === "depth") columns.push(["HF-PSNR (dB)", ({ highBandPsnr }) => highBandPsnr])
  return table({
    title: "Errors on the test images, MSE in thousandths",
    corner: "model",
    columns: columns.map(([name]) => name),
    rows: rows.map((row) => ({ label: row.label, kind: row.kind, cells: columns.map(([, cell]) => cell(row)) })),
    notes: [
      "Rows set apart are no models of the setup: floors that a kind of model cannot go below, and answers that need no network.",
      ...(setup === "A"
        ? [
            `The best linear autoencoder of that size, the principal components, would leave ${(1000 * mean(references.map(({ principalMse }) => principalMse))).toFixed(2)} thousandths.`,
          ]
        : []),
      ...(setup === "B"
        ? [
            "A mean over codes decodes the average code under the predicted probabilities: the answer of least squared error that these probabilities allow, but no longer a code.",
          ]
        : []),
    ],
  })
}

/** What each model of a setup took to train. */
export function trainingTable(setup: SetupName, rows: readonly Row[], config: ExperimentConfig): Html {
  const target = setup === "A" ? config.targets.A : setup === "C" ? config.targets.C : undefined
  const first = rows.find(({ training }) => training)?.training
  const trained = rows.filter(({ label, training }) => training && !/snapped|mean over/.test(label))
  return table({
    title: "Training",
    corner: "model",
    columns: [
      ...(target === undefined ? [] : [`epochs to MSE ${target}, each seed`]),
      ...(setup === "depth" ? ["time relative to K = 1"] : []),
      "seconds per epoch",
      "parameters",
    ],
    rows: trained.map(({ label, training }) => ({
      label,
      cells: [
        ...(target === undefined ? [] : [targetText(training!.epochsToTarget)]),
        ...(setup === "depth" ? [training!.secondsPerEpoch.map((seconds, seed) => seconds / first!.secondsPerEpoch[seed]!)] : []),
        training!.secondsPerEpoch,
        training!.parameters[0]!,
      ],
    })),
    notes: ["Seconds of the fastest epoch of each seed, evaluations left out; other work of the machine makes them longer."],
  })
}

/** How much the gradient of the shared trunk varies under each head. */
export function gradientTable({ models }: Measurements, config: ExperimentConfig): Html {
  const rows = unitsOfSetup("B", config).flatMap((unit): TableRow[] => {
    const results = models.get(unit)
    if (!results) return []
    const at = (index: number, field: "raw" | "relative") => {
      const values = results.map(({ gradients }) => gradients.at(index)?.[field] ?? null)
      return values.includes(null) ? "not measurable" : (values as number[])
    }
    return [{ label: rowLabel("B", unit), cells: [at(0, "raw"), at(0, "relative"), at(-1, "raw"), at(-1, "relative")] }]
  })
  return table({
    title: `Variance of the trunk's gradient over ${config.gradientBatches} minibatches of ${config.batch}`,
    corner: "head",
    columns: ["epoch 1, raw", "epoch 1, relative", `epoch ${config.epochs}, raw`, `epoch ${config.epochs}, relative`],
    rows,
    notes: [
      "Raw: mean variance of a parameter's gradient, in squared units of the head's own loss; not comparable between heads. Relative: sum of variances over the squared length of the mean gradient; smaller is steadier.",
    ],
  })
}
