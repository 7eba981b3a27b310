import { writeFile } from "node:fs/promises"
import path from "node:path"
import { randomStream } from "@scalewise/nn"

/** Writes the four idx files of a data set of 8 x 8 blobs at one of two places, which is their class. */
export async function writeTinyIdx(folder: string, { train = 160, test = 40 }: { train?: number; test?: number } = {}): Promise<void> {
  await writeSplit(folder, "train", train)
  await writeSplit(folder, "t10k", test)
}

async function writeSplit(folder: string, split: string, count: number): Promise<void> {
  const header = (rank: number, ...shape: number[]) => [0, 0, 8, rank, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])]
  const jitter = randomStream(split).uniformValues([count])
  const pixels = Array.from({ length: count * 64 }, (_, at) => {
    const image = Math.floor(at / 64)
    const [y, x] = [Math.floor((at % 64) / 8), at % 8]
    return Math.round(255 * Math.exp(-((y - 3 - jitter[image]!) ** 2 + (x - 2 - 3 * (image % 2)) ** 2) / 3))
  })
  await writeFile(path.join(folder, `${split}-images-idx3-ubyte`), Uint8Array.from([...header(3, count, 8, 8), ...pixels]))
  await writeFile(
    path.join(folder, `${split}-labels-idx1-ubyte`),
    Uint8Array.from([...header(1, count), ...Array.from({ length: count }, (_, i) => i % 2)]),
  )
}
