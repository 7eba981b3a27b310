import { open, stat } from "node:fs/promises"
import type { TensorFile } from "@scalewise/nn"
import { formatBytes, formatCount } from "../format/format.ts"
import { loadNn } from "../load-nn.ts"
import type { InspectOptions, Inspection } from "./inspection.ts"
import { countElements, brokenNumbers, summariseTensors, tensorTable } from "./tensor-summary.ts"

/**
 * Says what tensors a safetensors or PyTorch file holds. The format is taken from the content, not from the name; nothing in a
 * PyTorch file is executed.
 *
 * @throws DataError for a file that is neither, CheckpointError for one that is damaged
 */
export async function inspectTensorFile(file: string, options: InspectOptions = {}): Promise<Inspection> {
  const { DataError, openPth, openSafetensors } = await loadNn()
  const start = await firstBytes(file)
  const isTorch = startsLikeTorch(file, start)
  if (!isTorch && !file.endsWith(".safetensors") && start[8] !== "{".charCodeAt(0))
    throw new DataError(`${file}: expected a safetensors or PyTorch file, or a folder, got a file of another kind; check the path`)
  const opened: TensorFile = await (isTorch ? openPth(file) : openSafetensors(file))
  try {
    const { metadata } = opened
    const tensors = await summariseTensors(opened, options)
    const { size: bytes } = await stat(file)
    const format = isTorch ? "pth" : "safetensors"
    const elements = countElements(tensors)
    const entries = Object.entries(metadata)
    return {
      kind: "tensors",
      data: { format, bytes, elements, tensors, metadata },
      text: [
        `${file}: ${isTorch ? "PyTorch checkpoint" : "safetensors file"}, ${tensors.length} tensors, ${formatCount(elements)} numbers, ${formatBytes(bytes)}`,
        tensorTable(tensors),
        ...(entries.length === 0 ? [] : [entries.map(([key, value]) => `${key}: ${value}`).join("\n")]),
      ].join("\n\n"),
      faults: brokenNumbers(tensors).map((fault) => `${file}: ${fault}`),
    }
  } finally {
    await opened.close()
  }
}

/** A zip archive, or a bare pickle as PyTorch wrote before 1.6, which `openPth` explains. */
const startsLikeTorch = (file: string, [first = 0, second = 0]: Uint8Array): boolean =>
  (first === 0x50 && second === 0x4b) || (first === 0x80 && /\.(pth?|ckpt|bin)$/i.test(file))

/** Enough to see the length and the brace that a safetensors header begins with. */
async function firstBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(9), 0, 9, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
