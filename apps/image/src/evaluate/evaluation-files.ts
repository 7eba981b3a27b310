import type { ResidentImages } from "@scalewise/image"
import { imageSheet } from "@scalewise/report"
import { evaluationPage } from "./evaluation-page.ts"
import type { Evaluation } from "./evaluation.ts"
import type { ShownPictures } from "./shown-pictures.ts"

/** The files of an evaluation by name: numbers, the page, and its pictures once more as files. */
export function evaluationFiles(
  evaluation: Evaluation,
  pictures: ShownPictures,
  test: ResidentImages,
): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {
    "evaluation.json": `${JSON.stringify(evaluation, null, 1)}\n`,
    "evaluation.html": evaluationPage(evaluation, pictures, test),
  }
  const { height, width, channels } = test
  const sheet = (parts: readonly Float32Array[], columns: number): Uint8Array => {
    const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      data.set(part, at)
      at += part.length
    }
    return imageSheet({ data, height, width, channels: channels === 3 ? 3 : 1 }, { columns, zoom: 2, gap: 2, range: [0, 1] })
  }
  const { reconstructions, settings } = pictures
  const pixels = height * width * channels
  if (reconstructions) {
    const { originals, perScale } = reconstructions
    files["reconstructions.png"] = sheet([...perScale, originals], originals.length / pixels)
  }
  for (const { name, samples, columns, steps, closest } of settings) {
    const file = fileName(name)
    files[`samples-${file}.png`] = sheet([samples], columns)
    if (steps.length > 0)
      files[`filmstrip-${file}.png`] = sheet(
        steps.map(({ images }) => images),
        steps[0]!.images.length / pixels,
      )
    if (closest.distances.length > 0) files[`closest-${file}.png`] = sheet([closest.samples, closest.train], closest.distances.length)
  }
  return files
}

const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "")
