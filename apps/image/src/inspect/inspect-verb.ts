import { decimal, defineVerb, exitCode, inspectPath, integer, type Progress, type Verb } from "@scalewise/cli"

interface Options {
  strict?: boolean
  values: boolean
  size?: number
  channels?: "1" | "3"
  testFraction?: number
}

/** `inspect PATH`: says what a dataset, checkpoint, run or file of tensors holds, and what is broken in it. */
export const inspectVerb: Verb = defineVerb<undefined, Options>({
  name: "inspect",
  summary: "say what a dataset, a checkpoint, a run or a file of tensors holds",
  description:
    "Datasets: idx files, CIFAR-10 batches, class folders of PNG, JPEG and WebP; all pictures are read once. Tensors: .safetensors and .pth files " +
    "(nothing in them is executed), checkpoint folders. Runs: their config, log and checkpoints.",
  arguments: [{ name: "<path>", description: "what to look at" }],
  options: [
    { flags: "--strict", description: "exit with 3 where anything is broken" },
    { flags: "--no-values", description: "tensors: names, shapes and formats only" },
    {
      flags: "--size <pixels>",
      description: "pictures: side that they are brought to (default: theirs, or the shortest)",
      parse: integer({ min: 1 }),
    },
    { flags: "--channels <n>", description: "pictures: 1 for grey, 3 for colour (default: what they are)", choices: ["1", "3"] },
    {
      flags: "--test-fraction <share>",
      description: "pictures without a test folder: share to hold out (default: 0.1)",
      parse: decimal({ min: 0 }),
    },
  ],
  examples: [
    "inspect fashion-mnist",
    "inspect photos --size 64 --strict",
    "inspect runs/image/train-1",
    "inspect vae_ch160v4096z32.pth --json",
  ],
  async run({ arguments: [at], options, seed, signal, output, progress }) {
    const path = at!
    let bar: Progress | undefined
    try {
      const { inspectDatasets } = await import("./inspect-datasets.ts")
      const found =
        (await inspectPath(path, { values: options.values, signal })) ??
        (await inspectDatasets(path, {
          size: options.size,
          channels: options.channels === undefined ? undefined : options.channels === "1" ? 1 : 3,
          testFraction: options.testFraction,
          seed,
          signal,
          onProgress: (done, total, note) => (bar ??= progress({ label: "inspecting", total })).update({ done, total, note }),
        }))
      const { kind, data, text, faults } = found
      output.data({ path, kind, ...data, faults }, text)
      const [first] = faults
      if (first === undefined) return exitCode.ok
      output.warn(faults.length === 1 ? first : `${faults.length} faults; the first: ${first}`)
      return options.strict ? exitCode.data : exitCode.ok
    } finally {
      bar?.stop()
    }
  },
})
