import type { Extension, Output } from "@scalewise/cli"
import { openImageDatasets, type ImageDatasets } from "@scalewise/image"
import type { ImageDataHook } from "../plugin/data-seam.ts"
import { mnistFolder } from "../mnist-folder.ts"

/** The size that a model wants; pictures of a folder are brought to it. */
export interface WantedSize {
  readonly height: number
  readonly width: number
  readonly channels?: number
  readonly autoencoder?: { readonly imageChannels: number }
}

/**
 * Opens the images of `--data` (MNIST where it is absent) in a model's size, and says what was left out. A plugin's set goes by its name.
 *
 * @throws PluginFailure where a plugin cannot open its set: there is nothing to go on with
 */
export async function openTrainingImages(
  data: string | undefined,
  { height, width, channels: own, autoencoder }: WantedSize,
  output: Pick<Output, "warn">,
  extensions: readonly Extension<ImageDataHook>[] = [],
): Promise<ImageDatasets> {
  const channels = own ?? autoencoder?.imageChannels
  const named = extensions.find(({ hook }) => hook.set === data)
  if (named)
    try {
      return await named.hook.open({ size: [height, width], ...((channels === 1 || channels === 3) && { channels }) })
    } catch (error) {
      throw named.failure(error)
    }
  const folder = data ?? mnistFolder()
  const opened = await openImageDatasets(folder, {
    size: [height, width],
    ...((channels === 1 || channels === 3) && { channels }),
  })
  const [first] = opened.broken
  if (first)
    output.warn(
      `${folder}: ${opened.broken.length} broken files are left out, the first one ${first.file} (${first.reason}); inspect ${folder} lists them`,
    )
  return opened
}
