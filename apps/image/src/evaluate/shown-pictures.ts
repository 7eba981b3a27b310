import type { ResidentImages } from "@scalewise/image"
import type { ImageRow } from "@scalewise/report"
import type { JudgedSamples } from "./score-run.ts"
import type { SettingRun } from "./evaluation.ts"

/** The pictures of a report. */
export interface ShownPictures {
  /** Test images, and their reconstructions after each scale. */
  readonly reconstructions: { readonly originals: Float32Array; readonly perScale: readonly Float32Array[] } | null
  readonly settings: readonly SettingPictures[]
}

/** Pictures of one setting. */
export interface SettingPictures {
  readonly name: string
  /** The first samples, in rows of one of each class. */
  readonly samples: Float32Array
  readonly columns: number
  /** One sample of each class after some of the steps. */
  readonly steps: readonly { readonly step: number; readonly images: Float32Array }[]
  /** Samples nearest to a training image, and those images. */
  readonly closest: { readonly samples: Float32Array; readonly train: Float32Array; readonly distances: readonly number[] }
}

/** The pictures of the first seed of a setting. */
export function settingPictures(
  { name, samples, run, classes }: { name: string; samples: JudgedSamples; run: SettingRun; classes: number },
  train: ResidentImages,
  steps: SettingPictures["steps"],
): SettingPictures {
  const pixels = train.height * train.width * train.channels
  const columns = classes > 1 && classes <= 20 ? classes : 10
  const { closest } = run.scores.memorisation
  const pick = (images: Float32Array, rows: readonly number[]): Float32Array => {
    const picked = new Float32Array(rows.length * pixels)
    for (const [index, row] of rows.entries()) picked.set(images.subarray(row * pixels, (row + 1) * pixels), index * pixels)
    return picked
  }
  return {
    name,
    columns,
    samples: pick(samples.images, firstRows(samples, columns)),
    steps,
    closest: {
      samples: pick(
        samples.images,
        closest.map(({ sample }) => sample),
      ),
      train: train.read(closest.map((pair) => pair.train)),
      distances: closest.map(({ distance }) => distance),
    },
  }
}

/** Rows of five lines of samples; pictures of a folder lie class by class, so that the first ones would show one class alone. */
function firstRows({ labels, images, seed }: JudgedSamples, columns: number): number[] {
  if (!labels || seed !== null) {
    const count = labels?.length ?? images.length
    return Array.from({ length: Math.min(5 * columns, count) }, (_, row) => row)
  }
  const rowsOf = new Map<number, number[]>()
  for (const [row, label] of labels.entries()) rowsOf.set(label, [...(rowsOf.get(label) ?? []), row])
  const classes = [...rowsOf.keys()].sort((a, b) => a - b)
  const lines = Math.min(5, ...classes.map((label) => rowsOf.get(label)!.length))
  return Array.from({ length: lines }, (_, line) => classes.map((label) => rowsOf.get(label)![line]!)).flat()
}

/** A row of a figure. */
export const rowOf = (label: string, data: Float32Array, { height, width, channels }: ResidentImages): ImageRow => ({
  label,
  images: { data, height, width, channels: channels === 3 ? 3 : 1 },
  range: [0, 1],
})
