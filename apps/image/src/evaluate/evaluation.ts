import type { ReconstructionEvaluation, SampleEvaluation, Spread, UnigramScores } from "@scalewise/image"

/** What `evaluate` writes as evaluation.json. */
export interface Evaluation {
  readonly kind: "image-evaluation"
  /** What figures call the model. */
  readonly label: string
  readonly command: string
  readonly seed: number
  /** Null where a folder of pictures was judged alone. */
  readonly checkpoint: EvaluatedCheckpoint | null
  /** Folder of the pictures that were judged instead of drawn ones. */
  readonly samples: string | null
  readonly data: { readonly folder: string; readonly train: number; readonly test: number; readonly classes: readonly string[] }
  readonly extractor: { readonly hash: string | null; readonly source: string; readonly testAccuracy: number }
  /** The load average is that before the evaluation began: above 0 other programs shared the machine, and speeds are too low. */
  readonly machine: { readonly backend: string; readonly threads: number; readonly loadAverage: number; readonly environment: unknown }
  readonly reconstruction: TokenizerEvaluation | null
  readonly tokens: TokenEvaluation | null
  readonly settings: readonly SettingEvaluation[]
}

/** Which model was judged. */
export interface EvaluatedCheckpoint {
  readonly folder: string
  readonly kind: string
  /** SHA-256 of the tensors. */
  readonly hash: string
  readonly parameters: { readonly tokenizer?: number; readonly generator?: number; readonly network?: number }
  /** Seconds of training, as the checkpoint says them. */
  readonly trainingSeconds: unknown
}

/** The tokenizer on the test images. */
export interface TokenizerEvaluation extends ReconstructionEvaluation {
  readonly perScale: readonly ScaleReport[]
  /** V, the codes there are; null where tokens are not ids. */
  readonly codes: number | null
}

/** One scale of a tokenizer. Null where tokens are not ids. */
export interface ScaleReport {
  readonly scale: number
  readonly grid: readonly [number, number]
  /** Of the picture after this scale. */
  readonly mse: number
  readonly codesUsed: number | null
  readonly perplexity: number | null
  /** Mean length of the vectors that the scale has to code. */
  readonly residualNorm: number
}

/** The generator's likelihood of the tokens of the test images, exact, in nats. */
export interface TokenEvaluation {
  readonly images: number
  /** Of an image; null for an unconditional model. */
  readonly conditionalNats: number | null
  readonly unconditionalNats: number
  /** What tokens cost without any context, by tables counted on the training images. */
  readonly unigramNats: UnigramScores["nats"]
  /** Training images that the tables were counted on. */
  readonly unigramImages: number
  readonly perScale: readonly ScaleTokens[]
  /** Images on which the temperatures were searched, and what they are. */
  readonly validation: { readonly images: number; readonly source: string }
  /** A bound, not a likelihood; null where the decoder is no law over pixels. */
  readonly bound: {
    readonly bitsPerDimensionAtMost: number
    readonly tokenNats: number
    readonly decoderNats: number
    readonly binarised: boolean
  } | null
}

/** One scale, nats of a site. */
export interface ScaleTokens {
  readonly scale: number
  readonly sites: number
  readonly conditional: number | null
  readonly unconditional: number
  readonly unigram: number
  readonly unigramPosition: number
  /** Expected calibration error on the test images, and at the temperature found on the validation images. */
  readonly calibrationError: number
  readonly temperature: number
  readonly atTemperature: { readonly nats: number; readonly calibrationError: number }
}

/** Samples of one setting, over its seeds. */
export interface SettingEvaluation {
  readonly name: string
  /** What a figure joins by a line: one sampler with several numbers of steps. */
  readonly series: string
  readonly settings: unknown
  readonly count: number
  /** Network evaluations of one picture; null for pictures from a folder. */
  readonly networkCalls: number | null
  readonly runs: readonly SettingRun[]
  /** Mean and standard deviation over the seeds. */
  readonly summary: SettingSummary
}

/** One seed of a setting. */
export interface SettingRun {
  readonly seed: number | null
  readonly speed: DrawingSpeed | null
  readonly scores: SampleEvaluation
}

/** Drawing alone: decoder included, scoring not. The first batch, in which passes are compiled, is left out where there are more. */
export interface DrawingSpeed {
  readonly samplesPerSecond: number
  readonly pictures: number
  readonly seconds: number
  /** Of all threads together: what a picture costs even where other programs share the machine. */
  readonly cpuSeconds: number
  readonly batch: number
}

/** Over the seeds of a setting. */
export interface SettingSummary {
  readonly fld: Spread
  /** Mean bootstrap deviation, and the floor of the first seed. */
  readonly fldDeviation: number
  readonly fldFloor: Spread
  readonly accuracy: Spread | null
  readonly precision: Spread
  readonly recall: Spread
  readonly density: Spread
  readonly coverage: Spread
  readonly closeShare: Spread
  readonly classificationAccuracyScore: number | null
  readonly samplesPerSecond: Spread | null
  /** Pictures for a second of one processor. */
  readonly samplesPerCpuSecond: Spread | null
}
