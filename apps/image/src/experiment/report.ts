import type { ExperimentConfig, SetupName } from "@scalewise/image"
import { html, page, table, type Html, type PageContent, type PageSection } from "@scalewise/report"
import type { Measurements } from "./measurements.ts"
import { readSetup, type Finding, type Verdict } from "./reading.ts"
import { comparisonChart, learningCurves, pictures, pyramidLevels, setupTitles } from "./report-figures.ts"
import { errorTable, gradientTable, trainingTable } from "./report-tables.ts"
import { setupRows } from "./setup-rows.ts"

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

function setupSection(setup: SetupName, measurements: Measurements, context: ReportContext): PageSection {
  const rows = setupRows(setup, measurements, context.config)
  const findings = readSetup(setup, measurements, context.config)
  return {
    title: setupTitles[setup],
    content: [
      introduction(setup, context.config),
      ...(findings.length > 0 ? [reading(findings)] : []),
      errorTable(setup, rows, measurements, context.config),
      trainingTable(setup, rows, context.config),
      ...(setup === "B" ? [gradientTable(measurements, context.config)] : []),
      comparisonChart(setup, rows),
      learningCurves(setup, measurements, context.config),
      pictures(setup, measurements, context),
      ...(setup === "depth" ? [pyramidLevels(measurements, context)] : []),
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
