import { decimal, integer, list, type NumberLimits, type VerbOption } from "@scalewise/cli"
import type { ImageModel, SamplingConfig, SamplingProcessOptions } from "@scalewise/image"

/** What the flags of sampling are read as; a list has one value for each scale. */
export interface SamplingFlags {
  readonly temperature?: number | number[]
  readonly topK?: number | number[]
  readonly topP?: number | number[]
  readonly guidance?: number | number[]
  readonly ramp?: "linear" | "constant"
  readonly smooth?: boolean
  readonly reject?: number
  readonly classifier?: string
  readonly batch: number
}

/** One number, or with commas one for each scale. */
const perScale =
  (item: (text: string) => number) =>
  (text: string): number | number[] => {
    const values = list(item)(text)
    return values.length === 1 ? values[0]! : values
  }
const decimals = (limits?: NumberLimits) => perScale(decimal(limits))

/** The flags that every verb which draws has. */
export const samplingFlags: readonly VerbOption[] = [
  {
    flags: "--guidance <t>",
    description: "classifier-free guidance, logits (1 + t) c - t u; with commas one for each scale",
    parse: decimals(),
  },
  {
    flags: "--ramp <kind>",
    description: "whether one --guidance grows over the scales (default: linear, as in VAR)",
    choices: ["linear", "constant"],
  },
  { flags: "--temperature <x>", description: "divides the logits; with commas one for each scale", parse: decimals() },
  { flags: "--top-k <n>", description: "draw among the n most probable tokens", parse: perScale(integer({ min: 0 })) },
  { flags: "--top-p <x>", description: "draw among the tokens that hold this share of the probability", parse: decimals() },
  { flags: "--smooth", description: "mixtures of codes instead of drawn ones: pictures to look at, not to score" },
  {
    flags: "--reject <n>",
    description: "draw each picture n times and keep the one that a classifier likes best",
    parse: integer({ min: 1 }),
  },
  { flags: "--classifier <dir>", description: "classifier for --reject (default: the shipped one, for MNIST digits)" },
  { flags: "--batch <n>", description: "pictures at a time", default: 100, parse: integer({ min: 1 }) },
]

/** The settings that flags ask for. */
export function settingsOf({ temperature, topK, topP, guidance, ramp, smooth, reject }: SamplingFlags): SamplingConfig {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(guidance !== undefined && { guidance }),
    ...(ramp && { guidanceRamp: ramp }),
    ...(smooth && { smooth }),
    ...(reject !== undefined && { rejection: { attempts: reject } }),
  }
}

/** The score that `--reject` goes by, with the classifier behind it to dispose. */
export interface Judge {
  readonly score: SamplingProcessOptions["score"]
  dispose(): void
}

/**
 * Loads the classifier for `--reject`.
 *
 * @throws ConfigError where it is made for pictures of another size, CheckpointError for a folder without one
 */
export async function judgeOf({ reject, classifier: folder }: SamplingFlags, model: ImageModel): Promise<Judge> {
  if (reject === undefined) return { score: undefined, dispose() {} }
  const { classifierScore, loadClassifier } = await import("@scalewise/image")
  const { ConfigError } = await import("@scalewise/nn")
  const classifier = await loadClassifier(folder)
  const { height, width, channels } = classifier.options
  const { config } = model.tokenizer
  const [own, wanted] = [
    [height, width, channels],
    [config.height, config.width, config.autoencoder.imageChannels],
  ].map((size) => size.join(" x ")) as [string, string]
  if (own !== wanted) {
    classifier.dispose()
    throw new ConfigError(`--reject: expected a classifier of pictures of ${wanted}, got one of ${own}; give another with --classifier`)
  }
  return { score: classifierScore(classifier), dispose: () => classifier.dispose() }
}
