import { epochsToTarget, psnr, type ExperimentConfig, type ModelResult, type SetupName, type UnitName } from "@scalewise/image"
import { formatNumber } from "@scalewise/report"
import { epochSeconds, mean, targetText, type Measurements } from "./measurements.ts"
import { rowLabel } from "./setup-rows.ts"

/** How a finding stands to what the paper says. `own`: the paper's words on it are not known to us. */
export type Verdict = "agrees" | "differs" | "partly" | "undecided" | "own"

/** One finding in plain words. */
export interface Finding {
  /** What the paper says, where it does; a question of ours otherwise. */
  claim: string
  /** What was measured here. */
  finding: string
  verdict: Verdict
}

/** The findings of one setup, read off the numbers of this run, whatever they are. */
export function readSetup(setup: SetupName, measurements: Measurements, config: ExperimentConfig): Finding[] {
  const get = (unit: UnitName) => measurements.models.get(unit)
  switch (setup) {
    case "A":
      return readLatent(get("single-shot"), get("latent"), measurements, config)
    case "B":
      return readCodes(measurements, config)
    case "C":
      return [
        ...readCoarseToFine(get("single-shot"), get("pyramid-2-truth"), get("pyramid-2-predicted"), config),
        ...readTraining(get("single-shot"), measurements),
      ]
    case "depth":
      return readDepth(measurements, config)
  }
}

function readLatent(
  pixel: Models,
  latent: Models,
  { references }: Measurements,
  { targets, sigma, shiftSigma }: ExperimentConfig,
): Finding[] {
  if (!pixel || !latent) return []
  const epochs = (models: readonly ModelResult[]) => models.map(({ curve }) => epochsToTarget(curve, targets.A))
  const faster = compareEpochs(epochs(latent), epochs(pixel))
  const clean = compare(errors(latent, "clean"), errors(pixel, "clean"))
  const shifted = compare(errors(latent, "shifted"), errors(pixel, "shifted"))
  const growth = (models: readonly ModelResult[]) => models.map(({ errors: { image } }) => image!.shifted - image!.clean)
  const grows = compare(growth(latent), growth(pixel))
  const floor = references.map(({ baselines }) => baselines.reconstruction.clean)
  const share = mean(latent.map(({ errors: { image } }, seed) => floor[seed]! / image!.clean))
  return [
    {
      claim: "The paper says that the latent model converges faster.",
      finding: `Epochs to a test MSE of ${number(targets.A)}: latent ${targetText(epochs(latent))}, pixel ${targetText(epochs(pixel))}.`,
      verdict: faster === "lower" ? "agrees" : faster === "higher" ? "differs" : "undecided",
    },
    {
      claim: "The paper says that the latent model tolerates a shift of the noise better.",
      finding:
        `From sigma ${sigma} to ${shiftSigma} the MSE grows by ${number(mean(growth(latent)))} (latent) and ${number(mean(growth(pixel)))} (pixel), ` +
        `to ${number(mean(errors(latent, "shifted")))} and ${number(mean(errors(pixel, "shifted")))}: ` +
        `the latent model's growth is ${words(grows)}, its error under the shift ${words(shifted)}.`,
      verdict: combine([grows, shifted]),
    },
    {
      claim: "Which one is better in the end, without a shift?",
      finding:
        `The latent model's final MSE is ${words(clean)}, latent against pixel: ${number(mean(errors(latent, "clean")))} and ${number(mean(errors(pixel, "clean")))}. ` +
        `${percent(share)} of the latent error is the autoencoder's own (${number(mean(floor))}), which no denoiser in that latent can go below.`,
      verdict: "own",
    },
  ]
}

function readCodes({ models, references }: Measurements, { bits, codes }: ExperimentConfig): Finding[] {
  const regression = models.get("regression")
  const softmax = models.get("softmax")
  if (!regression || !softmax) return []
  const toClean = compare(errors(softmax, "clean"), errors(regression, "clean"))
  const toCentroid = compare(errors(softmax, "centroid"), errors(regression, "centroid"))
  const snapped = compare(errors(softmax, "clean"), errors(regression, "clean", "snapped"))
  const floor = mean(references.map(({ baselines }) => baselines.centroid.clean))
  const findings: Finding[] = [
    {
      claim: `The paper says that a softmax over ${codes} codes gives a lower error than regression.`,
      finding:
        `Softmax against regression, MSE: ${words(toClean)} to the clean image (${number(mean(errors(softmax, "clean")))} and ${number(mean(errors(regression, "clean")))}), ` +
        `${words(toCentroid)} to the image of the right code (${number(mean(errors(softmax, "centroid")))} and ${number(mean(errors(regression, "centroid")))}), ` +
        `${words(snapped)} to the clean image once the regression is snapped to a code, too (${number(mean(errors(regression, "clean", "snapped")))}). ` +
        `Naming the right code every time would still leave ${number(floor)}.`,
      verdict: combine([toClean, toCentroid, snapped]),
    },
    steadiness(
      `The paper says that the softmax over ${codes} codes has steadier gradients than regression.`,
      "softmax",
      softmax,
      "regression",
      regression,
    ),
  ]
  for (const count of bits) {
    const bitwise = models.get(`bitwise-${count}`)
    if (!bitwise) continue
    const time = compare(bitwise.map(epochSeconds), softmax.map(epochSeconds), 0.1)
    const name = rowLabel("B", `bitwise-${count}`)
    findings.push(
      steadiness(`The paper says that bitwise heads are steadier than the softmax (${count} bits).`, name, bitwise, "softmax", softmax),
      {
        claim: `The paper says that bitwise heads are cheaper (${count} bits).`,
        finding:
          `The output layer has ${count} instead of ${codes} units; all parameters together are matched, so the trunk is a little wider instead. ` +
          `The fastest epoch takes ${number(mean(bitwise.map(epochSeconds)))} s against ${number(mean(softmax.map(epochSeconds)))} s, which is ${words(time)}. ` +
          `The price: the right code in ${percent(mean(errors(bitwise, "exactCode")))} of the images, softmax ${percent(mean(errors(softmax, "exactCode")))}.`,
        verdict: time === "lower" ? "agrees" : time === "higher" ? "differs" : "undecided",
      },
    )
  }
  return findings
}

/** Compares the relative variances of trunk gradients, late in training and early. */
function steadiness(
  claim: string,
  name: string,
  models: readonly ModelResult[],
  otherName: string,
  others: readonly ModelResult[],
): Finding {
  const at = (list: readonly ModelResult[], index: number) => list.map(({ gradients }) => gradients.at(index)?.relative ?? null)
  const describe = (index: number): { text: string; outcome: Outcome } => {
    const [ours, theirs] = [at(models, index), at(others, index)]
    if ([...ours, ...theirs].includes(null)) return { text: "too noisy to be measured with so few minibatches", outcome: "undecided" }
    const [a, b] = [ours as number[], theirs as number[]]
    return { text: `${number(mean(a))} and ${number(mean(b))}`, outcome: compare(a, b, 0.05) }
  }
  const first = describe(0)
  const last = describe(-1)
  const epoch = models[0]!.gradients.at(-1)?.epoch
  return {
    claim,
    finding:
      `Variance of the trunk's gradient over minibatches, relative to its squared mean, ${name} and ${otherName}: after epoch 1: ${first.text}; ` +
      `after epoch ${epoch}: ${last.text}. (Raw variances of losses in different units cannot be compared; the table has them.)`,
    verdict: combine([first.outcome, last.outcome]),
  }
}

function readCoarseToFine(single: Models, truth: Models, predicted: Models, { targets }: ExperimentConfig): Finding[] {
  if (!single || !truth || !predicted) return []
  const epochs = (models: readonly ModelResult[]) => targetText(models.map(({ curve }) => epochsToTarget(curve, targets.C)))
  const mse = compare(errors(predicted, "clean"), errors(single, "clean"))
  const band = compare(errors(predicted, "highBand"), errors(single, "highBand"))
  const exposure = compare(errors(predicted, "clean"), errors(truth, "clean"))
  const bandPsnr = (models: readonly ModelResult[]) => number(mean(errors(models, "highBand").map(psnr)))
  return [
    {
      claim: "The paper argues for coarse to fine over a single shot.",
      finding:
        `At equal parameters the coarse-to-fine model's MSE is ${words(mse)}: ${number(mean(errors(predicted, "clean")))} against ${number(mean(errors(single, "clean")))}. ` +
        `The error of its high-frequency band is ${words(band)} (HF-PSNR ${bandPsnr(predicted)} dB against ${bandPsnr(single)} dB). ` +
        `Epochs to an MSE of ${number(targets.C)}: ${epochs(predicted)} against ${epochs(single)}.`,
      verdict: combine([mse, band]),
    },
    {
      claim: "Does it matter what the residual network sees as coarse image while it learns?",
      finding:
        `Trained on its own predictions instead of the true coarse image, the model's MSE is ${words(exposure)}: ` +
        `${number(mean(errors(predicted, "clean")))} against ${number(mean(errors(truth, "clean")))}. ` +
        (exposure === "lower"
          ? "A residual network that has only seen true coarse images cannot mend the errors of predicted ones."
          : ""
        ).trim(),
      verdict: "own",
    },
  ]
}

/** Whether the networks have learned enough for their end results to say much. */
function readTraining(single: Models, { references }: Measurements): Finding[] {
  if (!single) return []
  const linear = references.map(({ baselines }) => baselines.linearPixel.clean)
  const outcome = compare(errors(single, "clean"), linear)
  return [
    {
      claim: "Has the training been long enough?",
      finding:
        `The best linear map, found without training, has an MSE of ${number(mean(linear))}; the single shot's ${number(mean(errors(single, "clean")))} is ${words(outcome)}. ` +
        (outcome === "lower"
          ? "The network uses what no linear map can."
          : "So short a training compares how fast models learn, not what they can learn: take the preset paper for that."),
      verdict: "own",
    },
  ]
}

function readDepth({ models }: Measurements, { depths }: ExperimentConfig): Finding[] {
  const at = (depth: number) => models.get(depth === 1 ? "single-shot" : `pyramid-${depth}-predicted`)
  const [one, two] = [at(1), at(2)]
  const deepest = Math.max(...depths)
  const last = at(deepest)
  if (!one || !two || !last || deepest <= 2) return []
  const first = compare(errors(two, "clean"), errors(one, "clean"))
  const further = compare(errors(last, "clean"), errors(two, "clean"))
  const gains = one.map((result, seed) => ({
    two: result.errors["image"]!.clean - two[seed]!.errors["image"]!.clean,
    all: result.errors["image"]!.clean - last[seed]!.errors["image"]!.clean,
  }))
  const list = depths.map((depth) => `K = ${depth}: ${number(mean(errors(at(depth)!, "clean")))}`).join(", ")
  const [total, ofTwo] = [mean(gains.map(({ all }) => all)), mean(gains.map(({ two: gain }) => gain))]
  const share =
    total > 0 && ofTwo > 0
      ? ofTwo >= total
        ? `Two levels have all of the gain; the MSE of ${deepest} is ${words(further)}.`
        : `Two levels take ${percent(ofTwo / total)} of the gain of ${deepest}.`
      : `There is no gain to share out: against one level the MSE of two is ${words(first)}, against two that of ${deepest} is ${words(further)}.`
  return [
    {
      claim: "The paper says that two bands take most of the gain.",
      finding: `MSE at equal parameters, ${list}. ${share}`,
      verdict: first === "undecided" ? "undecided" : total > 0 && ofTwo > total / 2 ? "agrees" : "differs",
    },
  ]
}

type Models = readonly ModelResult[] | undefined
type Outcome = "lower" | "higher" | "undecided"

const errors = (
  models: readonly ModelResult[],
  name: "clean" | "shifted" | "centroid" | "highBand" | "exactCode",
  reading = "image",
): number[] => models.map((model) => model.errors[reading]![name])

/** Lower or higher counts only where every seed says the same and the means differ by more than `margin` of the other. */
export function compare(ours: readonly number[], theirs: readonly number[], margin = 0.01): Outcome {
  const signs = new Set(ours.map((value, seed) => Math.sign(value - theirs[seed]!)))
  if (signs.size !== 1 || Math.abs(mean(ours) - mean(theirs)) <= margin * Math.abs(mean(theirs))) return "undecided"
  return signs.has(-1) ? "lower" : signs.has(1) ? "higher" : "undecided"
}

/** A target that one side never reaches counts as later than any epoch. */
function compareEpochs(ours: readonly (number | null)[], theirs: readonly (number | null)[]): Outcome {
  const signs = new Set(ours.map((value, seed) => Math.sign((value ?? 1e9) - (theirs[seed] ?? 1e9))))
  return signs.size !== 1 ? "undecided" : signs.has(-1) ? "lower" : signs.has(1) ? "higher" : "undecided"
}

/** For claims of the form "ours is lower", made in several ways. */
function combine(outcomes: readonly Outcome[]): Verdict {
  const kinds = new Set(outcomes)
  if (kinds.size > 1) return kinds.has("lower") ? "partly" : "differs"
  return kinds.has("lower") ? "agrees" : kinds.has("higher") ? "differs" : "undecided"
}

const words = (outcome: Outcome): string => (outcome === "undecided" ? "not clearly different" : outcome)
const number = (value: number): string => formatNumber(value, { digits: 3 })
const percent = (share: number): string => `${Math.round(100 * share)} %`
