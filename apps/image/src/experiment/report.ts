import { unitsOfSetup, type ExperimentConfig, type ModelResult, type SetupName, type UnitName } from "@scalewise/image"
import {
  dotChart,
  html,
  imageFigure,
  lineChart,
  meanBand,
  page,
  spread,
  table,
  type ChartReference,
  type Html,
  type ImageRow,
  type PageContent,
  type PageSection,
  type TableRow,
} from "@scalewise/report"
import { mean, targetText, type Measurements, type Row } from "./measurements.ts"
import { readSetup, type Finding, type Verdict } from "./reading.ts"
import { rowLabel, setupRows } from "./setup-rows.ts"

/** What the page says about the run besides its numbers. */
export interface ReportContext {
  setups: readonly SetupName[]
  config: ExperimentConfig
  /** Square images of that side. */
  side: number
  /** How to run it again. */
  command: string
  /** Machine, backend, time: one line each. */
  remarks: readonly string[]
  /** Sections before the settings. */
  more?: readonly PageSection[]
}

/** The self-contained page of a run. */
export function experimentReport(measurements: Measurements, context: ReportContext): string {
  const { config, setups, more = [] } = context
  const { seeds } = measurements
  return page({
    title: "Section 4, measured",
    lead:
      "The controlled experiments of Hong and Belkadi, Multi-scale Autoregressive Models are Laplacian, Discrete, and Latent Diffusion Models in Disguise " +
      `(arXiv 2510.02826), run here with ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"} (${seeds.join(", ")}) on ${config.trainImages.toLocaleString("en")} training images for ` +
      `${config.epochs} epochs. Numbers are mean ± standard deviation over the seeds on ${config.testImages.toLocaleString("en")} test images, intensities in [0, 1]. ` +
      "The paper's own tables hold no numbers in our copy, so only its statements can be compared, and where a finding here differs from them, the text says so.",
    sections: [...setups.map((setup) => setupSection(setup, measurements, context)), ...more, settingsSection(context)],
    footer: [`Made by: ${context.command}`, ...context.remarks],
  })
}

const titles: Readonly<Record<SetupName, string>> = {
  A: "Setup A: pixels or latent",
  B: "Setup B: regression, softmax or bits",
  C: "Setup C: one shot or coarse to fine",
  depth: "Depth: one, two or three levels",
}

function setupSection(setup: SetupName, measurements: Measurements, context: ReportContext): PageSection {
  const rows = setupRows(setup, measurements, context.config)
  const findings = readSetup(setup, measurements, context.config)
  return {
    title: titles[setup],
    content: [
      introduction(setup, context.config),
      ...(findings.length > 0 ? [reading(findings)] : []),
      errorTable(setup, rows, measurements, context.config),
      trainingTable(setup, rows, context.config),
      ...(setup === "B" ? [gradientTable(measurements, context.config)] : []),
      comparisonChart(setup, rows),
      curves(setup, measurements, context.config),
      pictures(setup, measurements, context),
      ...(setup === "depth" ? [bands(measurements, context)] : []),
    ],
  }
}

function introduction(setup: SetupName, { sigma, shiftSigma, latent, codes, bits, depths }: ExperimentConfig): string {
  switch (setup) {
    case "A":
      return `Noise of deviation ${sigma} is added to a digit. The pixel model maps the noisy image to the clean one. The latent model sees only the noisy image's ${latent} numbers from a frozen linear autoencoder, cleans those, and has them decoded. Both have the same number of trained parameters. The shift test adds noise of deviation ${shiftSigma} that neither has seen in training.`
    case "B":
      return `Each digit has one of ${codes} codes: the nearest of ${codes} centroids of the autoencoder's latents. From the noisy image a network with the same trunk predicts the latent (regression), the code by a softmax over ${codes}, or the code's name in ${bits.join(" or ")} bits. A name is built so that its bits ask about principal directions of the centroids; predicted bits that name no code are read as the valid name that they contradict least.`
    case "C":
      return "The single shot maps the noisy image to the clean one. Coarse to fine first predicts the blurred 14 x 14 image, then, from the noisy image and the upsampled coarse one, the residual of the full grid. Both networks together hold as many parameters as the single shot. The residual network is trained twice: on true coarse images, and on those that the first network predicts."
    case "depth":
      return `The same with K = ${depths.join(", ")} levels at equal parameters; each level halves the grid, and residual networks are trained on predicted context. K = 1 is the single shot exactly.`
  }
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  agrees: "Agrees with the paper.",
  differs: "Differs from the paper.",
  partly: "Agrees in part.",
  undecided: "Undecided here.",
  own: "",
}

const reading = (findings: readonly Finding[]): Html =>
  html`<ul>
    ${findings.map(({ claim, finding, verdict }) => html`<li>${claim} ${finding} <strong>${verdictWords[verdict]}</strong></li>`)}
  </ul>`

/** Errors are shown in thousandths, or their zeros would fill the columns. */
const thousandths = (values: readonly number[]): number[] => values.map((value) => 1000 * value)

function errorTable(setup: SetupName, rows: readonly Row[], { references }: Measurements, config: ExperimentConfig): Html {
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

function trainingTable(setup: SetupName, rows: readonly Row[], config: ExperimentConfig): Html {
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

function gradientTable({ models }: Measurements, config: ExperimentConfig): Html {
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

function comparisonChart(setup: SetupName, rows: readonly Row[]): Html {
  const models = rows.filter(({ kind }) => kind === "result")
  const dots = models.flatMap(({ label, mse, mseShifted, mseToCentroid }) => {
    const dot = (values: readonly number[], series: string) => {
      const { mean: value, sd } = spread(values)
      return { row: label, value, sd, series }
    }
    if (setup === "A") return [dot(mse, "noise as in training"), dot(mseShifted, "noise shifted")]
    if (setup === "B") return [dot(mse, "to the clean image"), dot(mseToCentroid, "to the right code's image")]
    return [dot(mse, "MSE")]
  })
  return dotChart({
    title: `${titles[setup]}: test error`,
    x: { label: "test MSE" },
    y: "model",
    dots,
    description: "Mean and one standard deviation over the seeds; further left is better.",
  })
}

function curves(setup: SetupName, { models, references }: Measurements, config: ExperimentConfig): Html {
  const series = unitsOfSetup(setup, config).flatMap((unit) => {
    const results = models.get(unit)
    if (!results) return []
    const epochs = results[0]!.curve.map(({ epoch }) => epoch)
    return [
      {
        name: rowLabel(setup, unit),
        points: meanBand(
          epochs,
          results.map(({ curve }) => curve.map(({ mse }) => mse)),
        ),
      },
    ]
  })
  const floor = (label: string, name: "reconstruction" | "centroid" | "linearPixel"): ChartReference => ({
    label,
    value: mean(references.map(({ baselines }) => baselines[name].clean)),
  })
  const target = setup === "A" ? config.targets.A : setup === "C" ? config.targets.C : undefined
  const lines: ChartReference[] = [
    ...(target === undefined ? [] : [{ label: `target ${target}`, value: target }]),
    ...(setup === "A" ? [floor("floor of the latent model", "reconstruction")] : []),
    ...(setup === "B" ? [floor("floor of code models", "centroid"), floor("floor of regression", "reconstruction")] : []),
    ...(setup === "C" || setup === "depth" ? [floor("best linear map", "linearPixel")] : []),
  ]
  return lineChart({
    title: `${titles[setup]}: learning curves`,
    x: { label: "epoch" },
    y: { label: "test MSE", scale: "log" },
    series,
    references: lines,
    description: `Mean over the seeds with one standard deviation, on ${config.curveImages.toLocaleString("en")} test images.`,
  })
}

function pictures(setup: SetupName, { references, models }: Measurements, { config, side }: ReportContext): Html {
  const stack = (data: Float32Array) => ({ data, height: side, width: side })
  const range = config.range
  const first = references[0]!
  const row = (label: string, data: Float32Array | undefined): ImageRow[] => (data ? [{ label, images: stack(data), range }] : [])
  const ofUnit = (unit: UnitName, reading = "image") => models.get(unit)?.[0]?.pictures[reading]
  const rows = [
    ...row("clean", first.pictures["clean"]),
    ...row("noisy", first.pictures["noisy"]),
    ...(setup === "A" ? row("autoencoder, clean input", first.pictures["reconstruction"]) : []),
    ...(setup === "B" ? row("right code", first.pictures["centroid"]) : []),
    ...(setup === "A" || setup === "C" ? row("best linear map", first.pictures["linearPixel"]) : []),
    ...unitsOfSetup(setup, config).flatMap((unit) =>
      filmstrip(setup, unit, models.get(unit)?.[0]).flatMap(([label, data]) => row(label, data)),
    ),
    ...(setup === "B" ? row("softmax, mean over codes", ofUnit("softmax", "average")) : []),
  ]
  return imageFigure({
    title: `${titles[setup]}: the first test digit of each class, seed ${first.seed}`,
    columns: Array.from({ length: 10 }, (_, label) => String(label)).slice(0, first.pictures["clean"]!.length / side ** 2),
    rows,
    description: "All models see the same noise.",
  })
}

/** The steps of a model that has several, or its answer alone. */
function filmstrip(setup: SetupName, unit: UnitName, result: ModelResult | undefined): [string, Float32Array][] {
  if (!result) return []
  const name = rowLabel(setup, unit)
  const steps = Object.keys(result.pictures).filter((key) => key.startsWith("step"))
  if (steps.length < 2) return [[name, result.pictures["image"]!]]
  return steps.map((key, index) => [`${name}, after step ${index + 1}`, result.pictures[key]!])
}

function bands({ references }: Measurements, { side, config }: ReportContext): Html {
  const first = references[0]!
  return imageFigure({
    title: "The pyramid: a clean digit's coarsest level and the residuals of the finer ones",
    rows: first.bands.map((data, index): ImageRow => {
      const grid = side / 2 ** (first.bands.length - 1 - index)
      const label = index === 0 ? `level 1, ${grid} x ${grid}` : `residual of level ${index + 1}, ${grid} x ${grid}`
      return { label, images: { data, height: grid, width: grid }, range: index === 0 ? config.range : "symmetric" }
    }),
    description: "In residuals grey is zero; upsampled and added up the rows give the clean digits back.",
    size: 56,
  })
}

function settingsSection({ config }: ReportContext): PageSection {
  const told: PageContent[] = [
    "Fixed by the paper: networks with two hidden layers of width 512 (the others are widened or narrowed until their parameters match within 1 %), GELU, LayerNorm before the output layer, AdamW, 30 epochs, batch 256, additive Gaussian noise in training and test, a frozen linear autoencoder trained with MSE, a separable blur, a 14 x 14 coarse band, three seeds. The other values were lost in our copy of the paper and are choices, listed here with everything else.",
    table({
      title: "Settings of this run",
      corner: "setting",
      columns: ["value"],
      rows: Object.entries(config).map(([name, value]) => ({
        label: name,
        cells: [Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value)],
      })),
    }),
    "Images are drawn without replacement by seed, the test images in random order. Order of the images, initial values and noise of a seed are the same for every model. Training noise comes from two stores of a million normal numbers each: the noise of an image is the sum of one window from each over the square root of two, which is exactly normal, while windows of different images may overlap. The learning curves use a random part of the test images; the tables use all.",
  ]
  return { title: "Settings", content: told }
}
