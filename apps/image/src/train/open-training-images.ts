import type { Output } from "@scalewise/cli"
import { openImageDatasets, type OpenedImageDatasets } from "@scalewise/image"
import { mnistFolder } from "../mnist-folder.ts"

/** The size that a model wants; pictures of a folder are brought to it. */
export interface WantedSize {
  readonly height: number
  readonly width: number
  readonly channels?: number
  readonly autoencoder?: { readonly imageChannels: number }
}

/** Opens the images of `--data` (MNIST where it is absent) in a model's size, and says what was left out. */
export async function openTrainingImages(
  data: string | undefined,
  { height, width, channels: own, autoencoder }: WantedSize,
  output: Pick<Output, "warn">,
): Promise<OpenedImageDatasets> {
  const channels = own ?? autoencoder?.imageChannels
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
