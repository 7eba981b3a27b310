import type { ResidentImages, Spread } from "@scalewise/image"
import { barChart, formatNumber, imageFigure, page, table, type Html, type PageSection, type TableCell } from "@scalewise/report"
import { short } from "./evaluation-text.ts"
import type { Evaluation, SettingEvaluation, TokenEvaluation, TokenizerEvaluation } from "./evaluation.ts"
import { rowOf, type SettingPictures, type ShownPictures } from "./shown-pictures.ts"

/** The report page of an evaluation. */
export function evaluationPage(evaluation: Evaluation, pictures: ShownPictures, test: ResidentImages): string {
  const { checkpoint, samples, data, extractor, machine, reconstruction, tokens, settings } = evaluation
  return page({
    title: `Evaluation of ${evaluation.label}`,
    lead: `${checkpoint ? `Checkpoint ${checkpoint.folder}` : `Pictures ${samples}`}, held against ${data.test} test and ${data.train} training images of ${data.folder}.`,
    sections: [
      ...(settings.length > 0 ? [samplesSection(evaluation, settings, pictures.settings, test)] : []),
      ...(tokens ? [tokensSection(tokens)] : []),
      ...(reconstruction ? [reconstructionSection(reconstruction, pictures.reconstructions, test)] : []),
    ],
    footer: [
      `Command: ${evaluation.command}`,
      `Seed of the measures ${evaluation.seed}. Features: ${extractor.source}, hash ${extractor.hash ?? "none"}, accuracy ${formatNumber(extractor.testAccuracy)} on the test images.`,
      ...(checkpoint ? [`Tensors of the model: SHA-256 ${checkpoint.hash}.`] : []),
      `Computed on ${machine.backend} with ${machine.threads} threads; the load average before was ${machine.loadAverage.toFixed(2)}.`,
    ],
  })
}

const meanSd = ({ mean, deviation }: Spread): TableCell => ({ mean, sd: deviation })

function samplesSection(
  evaluation: Evaluation,
  settings: readonly SettingEvaluation[],
  pictures: readonly SettingPictures[],
  test: ResidentImages,
): PageSection {
  const floor = settings[0]!.runs[0]!.scores
  const columns = [
    "seeds",
    "network calls",
    "FLD",
    "FLD, bootstrap",
    "accuracy",
    "precision",
    "recall",
    "density",
    "coverage",
    "close to training",
    "CAS",
    "pictures a second",
    "for a CPU second",
  ]
  const rows = settings.map(({ name, networkCalls, runs, summary }) => ({
    label: name,
    cells: [
      runs.map(({ seed }) => seed ?? "–").join(", "),
      networkCalls,
      meanSd(summary.fld),
      summary.fldDeviation,
      summary.accuracy && meanSd(summary.accuracy),
      meanSd(summary.precision),
      meanSd(summary.recall),
      meanSd(summary.density),
      meanSd(summary.coverage),
      meanSd(summary.closeShare),
      summary.classificationAccuracyScore,
      summary.samplesPerSecond && meanSd(summary.samplesPerSecond),
      summary.samplesPerCpuSecond && meanSd(summary.samplesPerCpuSecond),
    ],
  }))
  const real = floor.precisionRecall.floor
  const numbers = table({
    title: `${formatNumber(settings[0]!.count)} samples of each setting and seed`,
    corner: "setting",
    columns,
    rows: [
      ...rows,
      {
        label: "training images instead of samples",
        kind: "floor" as const,
        cells: [
          "",
          null,
          meanSd(floor.fld.floor),
          null,
          floor.accuracy?.ceiling ?? null,
          real.precision,
          real.recall,
          real.density,
          real.coverage,
          0.05,
          floor.classificationAccuracyScore?.ceiling ?? null,
          null,
          null,
        ],
      },
    ],
    notes: [
      `FLD is the Frechet distance of features of a small classifier (hash ${short(evaluation.extractor.hash)}); it is comparable only for the same classifier and number of samples. The floor is that of as many training images of the same classes; the bootstrap deviation is over the choice of samples.`,
      `Precision, recall, density and coverage with ${floor.precisionRecall.k} neighbours. "Close to training" is the share of samples nearer to a training image than 95 % of the test images are. CAS is the accuracy on test images of a classifier trained on ${floor.classificationAccuracyScore?.count ?? "no"} samples of the first setting and seed alone.`,
      "Pictures a second: drawing and decoding, not scoring. For a CPU second: the same by the time of all threads together, which other programs change little.",
    ],
  })
  return { title: "Samples", content: [numbers, ...pictures.flatMap((one, index) => settingFigures(one, settings[index]!, test))] }
}

function settingFigures(
  { name, samples, columns, steps, closest }: SettingPictures,
  { runs }: SettingEvaluation,
  test: ResidentImages,
): Html[] {
  const pixels = test.height * test.width * test.channels
  const perRow = columns * pixels
  const lines = Array.from({ length: Math.ceil(samples.length / perRow) }, (_, line) =>
    rowOf("", samples.subarray(line * perRow, (line + 1) * perRow), test),
  )
  const { memorisation } = runs[0]!.scores
  return [
    imageFigure({ title: `${name}: first samples`, rows: lines, description: "Not chosen: the first ones of the first seed." }),
    ...(steps.length > 0
      ? [
          imageFigure({
            title: `${name}: how samples come about`,
            rows: steps.map(({ step, images }) => rowOf(`step ${step}`, images, test)),
          }),
        ]
      : []),
    ...(closest.distances.length > 0
      ? [
          imageFigure({
            title: `${name}: samples that are nearest to a training image`,
            columns: closest.distances.map((distance) => formatNumber(distance, { digits: 3 })),
            rows: [rowOf("sample", closest.samples, test), rowOf("training image", closest.train, test)],
            description: `Of ${memorisation.counts.samples} samples, with their Euclidean distances. The median sample is ${formatNumber(memorisation.samples.median)} from its nearest training image, the median test image ${formatNumber(memorisation.test.median)}; the least distances are ${formatNumber(memorisation.samples.least)} and ${formatNumber(memorisation.test.least)}.`,
          }),
        ]
      : []),
  ]
}

function tokensSection({
  images,
  conditionalNats,
  unconditionalNats,
  unigramNats,
  unigramImages,
  perScale,
  validation,
  bound,
}: TokenEvaluation): PageSection {
  const numbers = table({
    title: "-log p of the tokens of test images, nats of a site",
    corner: "scale",
    columns: [
      "sites",
      "given the class",
      "without",
      "unigram",
      "unigram of the place",
      "ECE",
      "best temperature",
      "nats at it",
      "ECE at it",
    ],
    rows: perScale.map((row) => ({
      label: String(row.scale),
      cells: [
        row.sites,
        row.conditional,
        row.unconditional,
        row.unigram,
        row.unigramPosition,
        row.calibrationError,
        row.temperature,
        row.atTemperature.nats,
        row.atTemperature.calibrationError,
      ],
    })),
    notes: [
      `An image, exact: ${conditionalNats === null ? "" : `${formatNumber(conditionalNats)} nats given its class, `}${formatNumber(unconditionalNats)} without; without any context ${formatNumber(unigramNats.perScale)} by a table for each scale, ${formatNumber(unigramNats.perPosition)} by one for each place. ${formatNumber(images)} test images; tables were counted on ${formatNumber(unigramImages)} training images.`,
      `ECE is the expected calibration error. Temperatures have the highest likelihood on ${validation.images} ${validation.source}.`,
      bound
        ? `Bound, not likelihood, of the ${bound.binarised ? "binarised " : ""}pictures: at most ${formatNumber(bound.bitsPerDimensionAtMost)} bits per dimension.`
        : "The decoder is no law over pixels: there is no bound in bits per dimension.",
    ],
  })
  const chart = barChart({
    title: "What the context is worth",
    description: "Lower is better; the unigram is the cost of tokens without any context.",
    x: "scale",
    y: { label: "nats of a site" },
    bars: perScale.flatMap((row) => [
      { group: String(row.scale), series: "unigram", value: row.unigram },
      { group: String(row.scale), series: "model", value: row.conditional ?? row.unconditional },
    ]),
  })
  return { title: "Likelihood of the tokens", content: [numbers, chart] }
}

function reconstructionSection(
  evaluation: TokenizerEvaluation,
  shown: ShownPictures["reconstructions"],
  test: ResidentImages,
): PageSection {
  const { mse, meanImageMse, psnr, ssim, fld, accuracy, count, perScale, codes } = evaluation
  const numbers = table({
    title: `Reconstructions of ${formatNumber(count)} test images`,
    columns: ["MSE", "PSNR (dB)", "SSIM", "FLD, paired", "accuracy"],
    rows: [
      { label: "tokenizer", cells: [mse, psnr, ssim, { mean: fld.value, sd: fld.deviation }, accuracy?.value ?? null] },
      { label: "mean image", kind: "floor", cells: [meanImageMse, null, null, null, null] },
      { label: "originals", kind: "floor", cells: [0, null, 1, 0, accuracy?.ceiling ?? null] },
    ],
    notes: [
      "Intensities in [0, 1]. The FLD of reconstructions may lie below the floor of samples, since images are paired; ± is its bootstrap deviation.",
    ],
  })
  const scales = table({
    title: "Scale by scale",
    corner: "scale",
    columns: ["grid", "MSE after it", `codes used${codes === null ? "" : ` of ${codes}`}`, "perplexity", "mean residual norm"],
    rows: perScale.map((row) => ({
      label: String(row.scale),
      cells: [row.grid.join(" x "), row.mse, row.codesUsed, row.perplexity, row.residualNorm],
    })),
  })
  const figure =
    shown &&
    imageFigure({
      title: "Reconstructions after each scale",
      rows: [...shown.perScale.map((images, index) => rowOf(`scale ${index + 1}`, images, test)), rowOf("original", shown.originals, test)],
    })
  return { title: "Reconstruction", content: [numbers, scales, ...(figure ? [figure] : [])] }
}
