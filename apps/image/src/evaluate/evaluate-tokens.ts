import {
  calibrateTokens,
  imageLikelihood,
  selectRows,
  tokenDataset,
  tokenStatistics,
  unigramBaseline,
  validationRows,
  type ImageDataset,
  type ImageModel,
  type ResidentImages,
} from "@scalewise/image"
import { randomStream } from "@scalewise/nn"
import type { TokenEvaluation } from "./evaluation.ts"

/** Training images, at most, on which the tables of the baseline are counted: enough for tables of a few hundred codes. */
const unigramImages = 20_000

/** Options of `evaluateTokens`. */
export interface EvaluateTokensOptions {
  readonly model: ImageModel
  readonly train: ResidentImages
  readonly test: ResidentImages
  /** Which training images were held back, where it is known. */
  readonly split: { readonly seed: number; readonly validationImages: number } | undefined
  readonly batch: number
  readonly signal?: AbortSignal | undefined
  readonly onStage: (stage: string) => void
}

/** Likelihood, baseline and calibration of the tokens of the test images; temperatures are searched on validation images. */
export async function evaluateTokens(options: EvaluateTokensOptions): Promise<TokenEvaluation> {
  const { model, train, test, split, batch, signal, onStage } = options
  const { tokenizer, tokenizerParameters, transformer, generatorParameters } = model
  const { schedule, multiScale } = tokenizer
  const knowsClasses = transformer!.config.classes > 0
  const isBits = multiScale.quantiser.tokens === "bits"
  const encode = (images: ImageDataset) =>
    tokenDataset(tokenizer, tokenizerParameters, knowsClasses ? images : unlabelled(images), { batch, signal })

  onStage("encoding the images")
  const random = randomStream(0)
  const counted = random.fold("unigram").permutation(train.size).slice(0, unigramImages)
  const trainTokens = await encode(selectRows(train, counted))
  const testTokens = await encode(test)
  const held = split && split.validationImages < train.size ? validationRows(split, train.size) : undefined
  const rows = held ?? random.fold("validation").permutation(train.size).slice(0, Math.min(2000, train.size))
  const validation = await encode(selectRows(train, rows))

  onStage("likelihood of the tokens")
  const scores = await tokenStatistics({
    transformer: transformer!,
    tokenizer,
    generator: generatorParameters!,
    quantiser: tokenizerParameters.quantiser,
    dataset: testTokens,
    batch,
  })
  const unigram = unigramBaseline(trainTokens.tokens!, {
    schedule,
    vocabulary: isBits ? 2 : multiScale.quantiser.vocabulary,
    ...(isBits && { bits: multiScale.quantiser.channels }),
  }).score(testTokens.tokens!)

  onStage("calibration of the tokens")
  const labelsOf = (images: ImageDataset): ArrayLike<number> => (knowsClasses ? images.labels : new Int32Array(images.size).fill(-1))
  const found = await calibrateTokens({ model, tokens: validation.tokens!, labels: labelsOf(selectRows(train, rows)), batch, signal })
  const shared = { model, tokens: testTokens.tokens!, labels: labelsOf(test), batch, signal }
  const judged = await calibrateTokens({ ...shared, temperature: found.temperature })

  return {
    images: test.size,
    conditionalNats: knowsClasses ? scores.nats : null,
    unconditionalNats: scores.unconditionalNats,
    unigramNats: unigram.nats,
    unigramImages: counted.length,
    perScale: schedule.tokens.map((sites, index) => {
      const { calibration, temperature, atTemperature } = judged.perScale[index]!
      return {
        scale: index + 1,
        sites,
        conditional: knowsClasses ? scores.perScale[index]! : null,
        unconditional: scores.unconditionalPerScale[index]!,
        unigram: unigram.perScale[index]!,
        unigramPosition: unigram.perPosition[index]!,
        calibrationError: calibration.error,
        temperature,
        atTemperature: {
          // Bits are predictions each; a site has several
          nats: atTemperature.nats * (isBits ? multiScale.quantiser.channels : 1),
          calibrationError: atTemperature.calibration.error,
        },
      }
    }),
    validation: {
      images: rows.length,
      source: held ? "training images that were held back" : "training images, since which were held back is not known",
    },
    bound: await boundOf(options, knowsClasses),
  }
}

/** An unconditional model has one class, the null one, which is number 0. */
const unlabelled = (images: ImageDataset): ImageDataset => ({
  ...images,
  read: (rows) => images.read(rows),
  labels: new Int32Array(images.size),
})

async function boundOf(
  { model, test, batch, signal, onStage }: EvaluateTokensOptions,
  knowsClasses: boolean,
): Promise<TokenEvaluation["bound"]> {
  const { likelihood } = model.tokenizer.config
  if (likelihood === "none") return null
  onStage("bound of the pictures' likelihood")
  const binarised = likelihood === "bernoulli"
  const { height, width, channels, labels } = test
  const images = binarised ? test.images.map((value) => (value >= 0.5 ? 1 : 0)) : test.images
  const { bound, tokenNats } = await imageLikelihood(
    model,
    { images, height, width, channels },
    { ...(knowsClasses && { labels }), batch, signal },
  )
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    bitsPerDimensionAtMost: mean(bound!.bitsPerDimensionAtMost),
    tokenNats: mean(tokenNats),
    decoderNats: mean(bound!.decoderNats),
    binarised,
  }
}
