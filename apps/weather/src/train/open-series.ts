import type { Output } from "@scalewise/cli"
import { openGridded, readSeries, type FieldSeries, type ReadSeriesOptions } from "@scalewise/weather"

/** Reads variables of one or several files as one series; says what readers noticed. */
export async function openSeries(files: readonly string[], options: ReadSeriesOptions, output: Pick<Output, "warn">): Promise<FieldSeries> {
  const dataset = await openGridded(files)
  try {
    for (const notice of dataset.notices) output.warn(notice)
    return await readSeries(dataset, options)
  } finally {
    await dataset.close()
  }
}
