import { backendSentence, defineVerb, integer, list, type Progress, type Verb } from "@scalewise/cli"
import { samplingSeam } from "../plugin/sampling-seam.ts"
import { samplingFlags, type SamplingFlags } from "./sampling-flags.ts"

interface Options extends SamplingFlags {
  readonly checkpoint?: string
  readonly count: number
  readonly label?: number
  readonly labels?: number[]
  readonly out?: string
  readonly grid?: string
  readonly previews?: boolean
}

/** `sample`: pictures from a model, as files and as one sheet. */
export const sampleVerb: Verb = defineVerb<undefined, Options>({
  name: "sample",
  summary: "draw pictures from a model, scale by scale",
  description:
    "Draws pictures with the shipped model of MNIST digits or a trained one. Classes are taken in turn; picture i of a seed is the same in any batch. " +
    "--out writes one PNG for each picture, in a folder for each class, as `evaluate --samples` reads them; without it there is one sheet.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the model (default: the shipped one, MNIST digits)" },
    { flags: "--count <n>", description: "how many pictures", default: 100, parse: integer({ min: 1 }) },
    { flags: "--label <class>", description: "draw this class only; -1 is no class", parse: integer({ min: -1 }) },
    { flags: "--labels <class,...>", description: "draw these classes in turn (default: all)", parse: list(integer({ min: -1 })) },
    ...samplingFlags,
    { flags: "--out <dir>", description: "new folder for the pictures" },
    { flags: "--grid <file>", description: "PNG with all pictures (default without --out: samples.png)" },
    { flags: "--previews", description: "also a filmstrip: what the first ten pictures look like after each scale" },
  ],
  examples: [
    "sample --label 7 --seed 1",
    "sample --guidance 1.5 --top-p 0.95 --count 1000 --out samples --previews",
    "sample --checkpoint runs/image/mnist/checkpoints/model --temperature 1,1,0.9,0.8,0.8",
  ],
  seams: [samplingSeam],
  async run({ options, seed = 0, signal, output, host, progress, extensions }) {
    const { selectBackend, ConfigError } = await import("@scalewise/nn")
    const { openGenerator } = await import("./open-generator.ts")
    const { drawToFiles } = await import("./draw-to-files.ts")

    if (options.label !== undefined && options.labels !== undefined)
      throw new ConfigError("sample: expected --label or --labels, got both; leave one out")
    const backend = await selectBackend()
    const model = await openGenerator(options.checkpoint, { draws: true })
    output.say(backendSentence(backend))
    let bar: Progress | undefined
    try {
      const onProgress = (done: number): void => (bar ??= progress({ label: "drawing", total: options.count })).update({ done })
      await drawToFiles({ model, options, extensions: extensions(samplingSeam), seed, signal, output, clock: host.clock, onProgress })
    } finally {
      bar?.stop()
      model.dispose()
    }
  },
})
