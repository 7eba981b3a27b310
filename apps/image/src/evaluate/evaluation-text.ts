import { textTable } from "@scalewise/cli"
import type { Spread } from "@scalewise/image"
import { formatMeanSd, formatNumber } from "@scalewise/report"
import type { Evaluation, SettingEvaluation, TokenEvaluation, TokenizerEvaluation } from "./evaluation.ts"

/** An evaluation for a terminal. */
export function evaluationText(evaluation: Evaluation): string {
  const { reconstruction, tokens, settings, extractor, data, machine } = evaluation
  return [
    `${evaluation.checkpoint ? `${evaluation.checkpoint.kind} ${evaluation.checkpoint.folder} (tensors ${short(evaluation.checkpoint.hash)})` : `pictures ${evaluation.samples}`}; ` +
      `${data.test} test images, ${data.train} training images of ${data.folder}; seed of the measures ${evaluation.seed}`,
    `features: ${extractor.source}, hash ${short(extractor.hash)}, accuracy ${formatNumber(extractor.testAccuracy)} on the test images`,
    ...(reconstruction ? [reconstructionText(reconstruction)] : []),
    ...(tokens ? [tokensText(tokens)] : []),
    ...(settings.length > 0
      ? [
          settingsText(settings),
          `times: ${machine.backend}, ${machine.threads} threads, load average ${machine.loadAverage.toFixed(1)} before the evaluation`,
        ]
      : []),
  ].join("\n\n")
}

/** The first letters of a hash, enough to tell two apart. */
export const short = (hash: string | null): string => hash?.slice(0, 12) ?? "none"

/** Mean and deviation over seeds; the mean alone of one seed. */
export const spreadText = (value: Spread | null): string => (value ? formatMeanSd(value.mean, value.deviation) : "–")

/** A number, or a dash. */
export const numberText = (value: number | null): string => (value === null ? "–" : formatNumber(value))

function reconstructionText({ mse, meanImageMse, psnr, ssim, fld, accuracy, count, perScale, codes }: TokenizerEvaluation): string {
  const table = textTable(
    ["scale", "grid", "MSE", "codes used", "perplexity", "residual norm"],
    perScale.map((row) => [
      String(row.scale),
      row.grid.join(" x "),
      formatNumber(row.mse),
      row.codesUsed === null ? "–" : `${row.codesUsed} of ${codes}`,
      numberText(row.perplexity),
      formatNumber(row.residualNorm),
    ]),
  )
  return (
    `Reconstruction of ${count} test images: MSE ${formatNumber(mse)} (mean image ${formatNumber(meanImageMse)}), PSNR ${numberText(psnr)} dB, SSIM ${formatNumber(ssim)}, ` +
    `FLD ${formatMeanSd(fld.value, fld.deviation)} (paired)${accuracy ? `, accuracy ${formatNumber(accuracy.value)} (originals ${formatNumber(accuracy.ceiling)})` : ""}\n${table}`
  )
}

function tokensText({ conditionalNats, unconditionalNats, unigramNats, perScale, images, validation, bound }: TokenEvaluation): string {
  const table = textTable(
    ["scale", "sites", "given the class", "without", "unigram", "unigram, place", "ECE", "temperature", "nats there", "ECE there"],
    perScale.map((row) => [
      String(row.scale),
      String(row.sites),
      numberText(row.conditional),
      formatNumber(row.unconditional),
      formatNumber(row.unigram),
      formatNumber(row.unigramPosition),
      formatNumber(row.calibrationError),
      formatNumber(row.temperature),
      formatNumber(row.atTemperature.nats),
      formatNumber(row.atTemperature.calibrationError),
    ]),
  )
  const lines = [
    `Tokens of ${images} test images, -log p in nats of an image: ${conditionalNats === null ? "" : `${formatNumber(conditionalNats)} given the class, `}${formatNumber(unconditionalNats)} without; ` +
      `unigram ${formatNumber(unigramNats.perScale)} per scale, ${formatNumber(unigramNats.perPosition)} per place. In nats of a site:`,
    table,
    `Temperatures have the highest likelihood on ${validation.images} ${validation.source}; everything else is measured on the test images.`,
  ]
  if (bound)
    lines.push(
      `Bound, not likelihood, of the ${bound.binarised ? "binarised " : ""}pictures: at most ${formatNumber(bound.bitsPerDimensionAtMost)} bits per dimension`,
    )
  return lines.join("\n")
}

function settingsText(settings: readonly SettingEvaluation[]): string {
  const [first] = settings
  const floor = first!.runs[0]!.scores
  const rows = settings.map(({ name, networkCalls, runs, summary }) => [
    name,
    runs.map(({ seed }) => seed ?? "–").join(","),
    numberText(networkCalls),
    runs.length > 1 ? spreadText(summary.fld) : formatNumber(summary.fld.mean),
    formatNumber(summary.fldDeviation),
    spreadText(summary.accuracy),
    spreadText(summary.precision),
    spreadText(summary.recall),
    spreadText(summary.density),
    spreadText(summary.coverage),
    spreadText(summary.closeShare),
    numberText(summary.classificationAccuracyScore),
    spreadText(summary.samplesPerSecond),
    spreadText(summary.samplesPerCpuSecond),
  ])
  const { precisionRecall, accuracy, classificationAccuracyScore: cas } = floor
  rows.push([
    "(training images: floor)",
    "",
    "",
    spreadText(floor.fld.floor),
    "",
    accuracy ? formatNumber(accuracy.ceiling) : "–",
    ...[precisionRecall.floor.precision, precisionRecall.floor.recall, precisionRecall.floor.density, precisionRecall.floor.coverage].map(
      (value) => formatNumber(value),
    ),
    "0.05",
    numberText(cas?.ceiling ?? null),
    "",
    "",
  ])
  const header = [
    "setting",
    "seeds",
    "calls",
    "FLD",
    "bootstrap",
    "accuracy",
    "precision",
    "recall",
    "density",
    "coverage",
    "close",
    "CAS",
    "per second",
    "per CPU second",
  ]
  return `Samples, ${first!.count} of each setting and seed; mean ± deviation over seeds\n${textTable(header, rows)}`
}
