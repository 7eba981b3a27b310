import { defineSeam, type Extension, type PluginHook } from "@scalewise/cli"
import type { GenerateImagesOptions, DrawnImages, SamplingWrapper, SamplingWrapperContext, TokenProcess } from "@scalewise/image"

/** A plugin's wrapper around the process that draws. */
export type SamplingHook = PluginHook & SamplingWrapper

/** Where plugins change how a model is sampled. */
export const samplingSeam = defineSeam<SamplingHook>("image.sampling", "wraps the process that draws tokens")

/** Options of `generateWith`. */
export interface GenerateWithOptions extends Omit<GenerateImagesOptions, "wrap" | "from"> {
  readonly extensions: readonly Extension<SamplingHook>[]
  /** The command's flags. */
  readonly flags: SamplingWrapperContext["options"]
}

/**
 * Draws pictures through the wrappers of plugins. Where one throws, the user is told, and it is left out from the batch on that it failed in.
 *
 * @throws PluginFailure for a wrong value of a plugin's flag; else as `generateImages`
 */
export async function* generateWith({ extensions, flags, ...options }: GenerateWithOptions): AsyncGenerator<DrawnImages> {
  const { generateImages } = await import("@scalewise/image")
  const { PluginFailure } = await import("@scalewise/cli")
  const context = { model: options.model, options: flags }
  let active = extensions
  for (let from = 0; from < options.count;)
    try {
      const wrap = (process: TokenProcess): TokenProcess => active.reduce((inner, extension) => wrapped(inner, extension, context), process)
      const batches = generateImages({ ...options, from, count: options.count - from, ...(active.length > 0 && { wrap }) })
      for await (const pictures of batches) {
        yield pictures
        from += pictures.ids.length
      }
    } catch (error) {
      const failing = error instanceof PluginFailure ? active.find(({ plugin }) => plugin === error.plugin) : undefined
      if (!failing || (error as InstanceType<typeof PluginFailure>).isUsage) throw error
      failing.report(error)
      active = active.filter((extension) => extension !== failing)
    }
}

/** The wrapper around `inner`; whatever is thrown inside it, now or while drawing, bears the plugin's name. */
function wrapped(inner: TokenProcess, { hook, failure }: Extension<SamplingHook>, context: SamplingWrapperContext): TokenProcess {
  const named =
    <Arguments extends unknown[], Result>(work: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      try {
        return work(...given)
      } catch (error) {
        throw failure(error)
      }
    }
  const process = named(() => hook.wrap(inner, context))()
  const predict = named(process.predict.bind(process))
  return {
    ...process,
    start: named(process.start.bind(process)),
    predict(state, step, condition) {
      const law = predict(state, step, condition)
      return { ...law, sample: named(law.sample.bind(law)) }
    },
    advance: named(process.advance.bind(process)),
    readout: named(process.readout.bind(process)),
  }
}
