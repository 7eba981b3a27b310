import { defineVerb, exitCode, failureOf, inspectPath, type Verb } from "@scalewise/cli"

interface Options {
  values: boolean
}

/** Endings of files of tensors. */
const tensors = /\.(safetensors|pth?|ckpt|bin)$/i

/** `inspect FILE...`: says what files of gridded data, checkpoints or runs hold, and whether a forecaster can be trained on them. */
export const inspectVerb: Verb = defineVerb<undefined, Options>({
  name: "inspect",
  summary: "say what NetCDF, HDF5 or Zarr data, a checkpoint or a run holds, and whether it can be trained on",
  description:
    "Gridded data: .nc and .cdf files (NetCDF-3, CDF-5), NetCDF-4 and other HDF5 files, Zarr folders; all values are read and decoded. " +
    "What is damaged is named, with exit status 3. Tensors: .safetensors and .pth files, checkpoint folders. Runs: their config, log and checkpoints.",
  arguments: [{ name: "<files...>", description: "what to look at" }],
  options: [{ flags: "--no-values", description: "tensors: names, shapes and formats only" }],
  examples: ["inspect slp.nc", "inspect z500.nc t850.nc --json", "inspect era5.zarr", "inspect runs/weather/train-1"],
  async run({ arguments: files, options, signal, output }) {
    const { describeFile } = await import("@scalewise/weather/data")
    const { fileText } = await import("./file-text.ts")
    const found: unknown[] = []
    const texts: string[] = []
    let status: number = exitCode.ok
    for (const file of files) {
      signal.throwIfAborted()
      try {
        const other = await inspectOther(file, options, signal)
        if (other) {
          const { kind, data, text, faults } = other
          found.push({ path: file, kind, ...data, faults })
          texts.push(text)
          continue
        }
        const described = await describeFile(file, { signal })
        found.push(described.description)
        texts.push(fileText(described))
        if (described.faults.length === 0) continue
        output.warn(
          `${file}: expected intact data, got a file with faults: ${described.faults.join("; ")}; fetch it again or repair it, the rest is shown`,
        )
        status = exitCode.data
      } catch (error) {
        // One bad file among several does not hide the others.
        const failure = failureOf(error)
        if (files.length === 1 || failure.unexpected || signal.aborted) throw error
        output.warn(failure.message)
        status = failure.exitCode
      }
    }
    if (found.length > 0) output.data(files.length === 1 ? found[0] : found, texts.join("\n\n"))
    return status
  },
})

/** Checkpoints, runs and files of tensors, which every domain has; undefined for anything else. */
async function inspectOther(file: string, { values }: Options, signal: AbortSignal): ReturnType<typeof inspectPath> {
  const { existsSync, statSync } = await import("node:fs")
  if (!existsSync(file)) return undefined
  const isZarr = statSync(file).isDirectory() && [".zgroup", ".zmetadata", "zarr.json"].some((name) => existsSync(`${file}/${name}`))
  if (isZarr || !(statSync(file).isDirectory() || tensors.test(file))) return undefined
  return inspectPath(file, { values, signal })
}
