import { defineSeam, type PluginHook } from "@scalewise/cli"
import type { OpenedImageDatasets, OpenImageDatasetsOptions } from "@scalewise/image"

/** A plugin's data set. */
export interface ImageDataHook extends PluginHook {
  /** The word after `--data`. */
  readonly set: string
  /** Opens it in the size and with the channels that are asked for. */
  open(options: Pick<OpenImageDatasetsOptions, "size" | "channels">): Promise<OpenedImageDatasets>
}

/** Where plugins bring pictures to train on. */
export const dataSeam = defineSeam<ImageDataHook>("image.data", "opens a set of pictures by name")
