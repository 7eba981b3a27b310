import { backendSentence, decimal, defineVerb, integer, type Progress, type Verb } from "@scalewise/cli"
import { samplingFlags, type SamplingFlags } from "./sampling-flags.ts"

interface Options extends SamplingFlags {
  readonly checkpoint?: string
  readonly mask?: string
  readonly invert?: boolean
  readonly label?: number
  readonly keepScales?: number
  readonly threshold?: number
  readonly paste?: boolean
  readonly superResolve?: number
  readonly interpolate?: string
  readonly frames: number
  readonly coarse?: number
  readonly reconstruct?: boolean
  readonly count: number
  readonly out: string
  readonly previews?: boolean
}

/** `edit IMAGE`: parts of a picture drawn anew. */
export const editVerb: Verb = defineVerb<undefined, Options>({
  name: "edit",
  summary: "draw parts of a picture anew: inpainting, another class, super-resolution, interpolation",
  description:
    "With --mask the white parts are drawn anew, as the class of --label, and the others kept. --super-resolve keeps the coarse scales and draws the fine ones. " +
    "--interpolate mixes the codes of two pictures; --reconstruct shows what the tokenizer makes of one, scale by scale.",
  arguments: [{ name: "<image>", description: "PNG, JPEG or WebP; brought to the model's size" }],
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the model (default: the shipped one, MNIST digits)" },
    { flags: "--mask <file>", description: "picture as large as the image: white is drawn anew, black is kept" },
    { flags: "--invert", description: "the other way round: white is kept (outpainting)" },
    { flags: "--label <class>", description: "class of what is drawn (default: none)", parse: integer({ min: -1 }) },
    { flags: "--keep-scales <n>", description: "with --mask: keep scales 1 to n whole", parse: integer({ min: 0 }) },
    {
      flags: "--threshold <x>",
      description: "with --mask: draw a site where more than this share of it is white (default: 0.5); lower for another class",
      parse: decimal({ min: 0, max: 1 }),
    },
    { flags: "--paste", description: "with --mask: put the given pixels back where they are kept" },
    {
      flags: "--super-resolve <n>",
      description: "keep scales 1 to n, draw the others; 0: as many as the image's size fills",
      parse: integer({ min: 0 }),
    },
    { flags: "--interpolate <file>", description: "another picture: a row from one to the other" },
    { flags: "--frames <n>", description: "with --interpolate: pictures in the row", default: 9, parse: integer({ min: 2 }) },
    {
      flags: "--coarse <n>",
      description: "with --interpolate: scales 1 to n of the image with the finer ones of the other",
      parse: integer({ min: 0 }),
    },
    { flags: "--reconstruct", description: "through the tokenizer and back, after each scale" },
    { flags: "--count <n>", description: "how many variations are drawn", default: 1, parse: integer({ min: 1 }) },
    ...samplingFlags,
    { flags: "--out <file>", description: "the PNG; several pictures become a sheet", default: "edited.png" },
    { flags: "--previews", description: "also a filmstrip: the image and what is drawn after each scale" },
  ],
  examples: [
    "edit seven.png --mask right-half.png --label 7 --out other-sevens.png --count 8",
    "edit seven.png --mask middle.png --label 4 --guidance 2 --threshold 0.2",
    "edit small.png --super-resolve 0 --label 3",
    "edit seven.png --interpolate two.png --out between.png",
  ],
  async run({ arguments: [image], options, seed = 0, signal, output, progress }) {
    const { selectBackend, ConfigError } = await import("@scalewise/nn")
    const { openGenerator } = await import("./open-generator.ts")
    const { editPicture, reconstructPicture, interpolatePictures } = await import("./edit-picture.ts")

    const modes = (["mask", "superResolve", "interpolate", "reconstruct"] as const).filter((mode) => options[mode] !== undefined)
    if (modes.length !== 1)
      throw new ConfigError(
        `edit: expected one of --mask, --super-resolve, --interpolate and --reconstruct, got ${modes.length === 0 ? "none" : modes.length}`,
      )
    const backend = await selectBackend()
    const [mode] = modes as ["mask" | "superResolve" | "interpolate" | "reconstruct"]
    const draws = mode === "mask" || mode === "superResolve"
    const model = await openGenerator(options.checkpoint, { draws })
    output.say(backendSentence(backend))
    let bar: Progress | undefined
    try {
      const onProgress = (done: number): void => (bar ??= progress({ label: "drawing", total: options.count })).update({ done })
      const shared = { model, image: image!, out: options.out }
      const report =
        mode === "reconstruct"
          ? await reconstructPicture(shared)
          : mode === "interpolate"
            ? await interpolatePictures({ ...shared, other: options.interpolate!, frames: options.frames, coarse: options.coarse })
            : await editPicture({ ...shared, options, seed, signal, onProgress })
      output.data({ out: options.out, ...report.data }, [options.out, ...report.lines].join("\n"))
    } finally {
      bar?.stop()
      model.dispose()
    }
  },
})
