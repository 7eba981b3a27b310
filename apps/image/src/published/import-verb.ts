import { stat } from "node:fs/promises"
import { freemem } from "node:os"
import {
  backendSentence,
  defineVerb,
  formatBytes,
  integer,
  list,
  textTable,
  type Output,
  type Verb,
  type VerbContext,
} from "@scalewise/cli"
import type { PublishedCheck } from "@scalewise/image"
import { describeModel } from "./describe-model.ts"

interface Options {
  out?: string
  check?: string
  labels?: number[]
  grids?: number[]
  heads?: number
  force?: boolean
}

/** `import`: a published VAR becomes a checkpoint of ours, and is compared with the reference's numbers. */
export const importVerb: Verb = defineVerb<undefined, Options>({
  name: "import",
  summary: "convert a published VAR checkpoint and compare it with reference values",
  description:
    "Reads the tokenizer and the Transformer of VAR (.pth or safetensors, also a trainer's checkpoint, which holds both), infers every setting from names and " +
    "shapes, and writes an ordinary checkpoint. Nothing in a .pth file is executed. With --check the model computes what the file of reference values holds, " +
    "and the exit status is 1 where a token differs or a relative error exceeds 1e-3. A folder instead of files is a checkpoint that was imported before.",
  arguments: [
    { name: "<vae>", description: "file of the tokenizer, or the folder of an imported checkpoint" },
    { name: "[var]", description: "file of the Transformer (default: the same file)" },
  ],
  options: [
    { flags: "--out <dir>", description: "folder of the checkpoint" },
    { flags: "--check <file>", description: "safetensors file of reference values" },
    {
      flags: "--labels <n,...>",
      description: "classes of the reference values (default: as the files say, else 3,1)",
      parse: list(integer({ min: -1 })),
    },
    { flags: "--grids <n,...>", description: "side of each token map, where the file lacks lvl_1L", parse: list(integer({ min: 1 })) },
    {
      flags: "--heads <n>",
      description: "heads, where attention is not normalised (default: 64 channels a head)",
      parse: integer({ min: 1 }),
    },
    { flags: "--force", description: "load a model for which memory may not suffice; replace another checkpoint in --out" },
  ],
  examples: [
    "import vae_ch160v4096z32.pth var_d16.pth --out checkpoints/var-d16",
    "import ar-ckpt-last.pth --out checkpoints/mine",
    "import checkpoints/var-d16 --check expected.safetensors --json",
  ],
  async run(context) {
    const { ConfigError } = await import("@scalewise/nn")
    const { arguments: words, options, output } = context
    const [first, second] = words as [string, string | undefined]
    const isFolder = await stat(first).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (isFolder && (second !== undefined || options.check === undefined))
      throw new ConfigError(`import: expected two files, or the folder of an imported checkpoint with --check; ${first} is a folder`)
    if (!isFolder && options.out === undefined) throw new ConfigError("import: expected --out, the folder of the checkpoint to write")
    const made = isFolder ? await readConfig(first, context) : await convert(first, second, context)
    const check = options.check === undefined ? undefined : await compare(made.folder, options.check, context)
    const { lines, ...found } = made
    output.data({ ...found, ...(check && { check }) }, () => [...lines, ...(check ? ["", checkText(check, output)] : [])].join("\n"))
    return check && !check.passed ? 1 : 0
  },
})

type Context = VerbContext<undefined, Options>

async function readConfig(folder: string, { options: { force = false } }: Context) {
  const { countModelParameters } = await import("@scalewise/image")
  const { ConfigError, readCheckpointConfig } = await import("@scalewise/nn")
  const { memoryNeed, refuseWithoutMemory } = await import("./memory-need.ts")
  const { kind, config, metadata } = await readCheckpointConfig<Parameters<typeof countModelParameters>[0]>(folder)
  if (kind !== "image-model") throw new ConfigError(`import: expected the folder of an image model, found one of "${kind}"; choose another`)
  const parameters = countModelParameters(config)
  refuseWithoutMemory({ need: memoryNeed(parameters), free: freemem(), force })
  return { folder, config, parameters, files: metadata["files"], lines: describeModel(config, parameters) }
}

async function convert(vae: string, transformer: string | undefined, { options, output, progress, signal }: Context) {
  const { openPublished } = await import("@scalewise/image")
  const { memoryNeed, refuseWithoutMemory } = await import("./memory-need.ts")
  const { out = "", check, grids, heads, force = false } = options
  const published = await openPublished({ vae, var: transformer, grids, heads })
  try {
    const { config, parameters } = published
    const need = memoryNeed(parameters)
    output.say(`Running it takes about ${formatBytes(need)} of memory; ${formatBytes(freemem())} are free.`)
    if (check !== undefined) refuseWithoutMemory({ need, free: freemem(), force })
    const bar = progress({ label: "converting", total: 1 })
    try {
      const { files } = await published.save(out, {
        overwrite: force,
        progress: (done, total) => bar.update({ done, total }),
        signal,
      })
      return { folder: out, config, parameters, files, lines: [...describeModel(config, parameters), `Checkpoint: ${out}`] }
    } finally {
      bar.stop()
    }
  } finally {
    await published.close()
  }
}

async function compare(folder: string, file: string, { options: { labels }, output, progress, signal }: Context): Promise<PublishedCheck> {
  const { checkPublished, loadImageModel } = await import("@scalewise/image")
  const { selectBackend } = await import("@scalewise/nn")
  const backend = await selectBackend()
  output.say(backendSentence(backend))
  const model = await loadImageModel(folder)
  const bar = progress({ label: "comparing", total: 1 })
  try {
    return await checkPublished(model, file, { labels, signal, progress: (note, done, total) => bar.update({ done, total, note }) })
  } finally {
    bar.stop()
    model.dispose()
  }
}

function checkText({ passed, tensors }: PublishedCheck, { colors }: Output): string {
  const table = textTable(
    ["tensor", "largest relative error", "limit", "tokens that differ", ""],
    tensors.map(({ name, error, limit, different, passed: isRight }) => [
      name,
      error.toExponential(1),
      limit.toExponential(0),
      different === undefined ? "" : String(different),
      isRight ? "ok" : "WRONG",
    ]),
  )
  const wrong = tensors.filter((tensor) => !tensor.passed).map(({ name }) => name)
  return `${table}\n${passed ? colors.green("All within their limits.") : colors.red(`Beyond their limits: ${wrong.join(", ")}`)}`
}
