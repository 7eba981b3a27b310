import type { CheckpointConfig } from "@scalewise/nn"
import { stringify } from "yaml"
import { formatBytes, formatCount } from "../format/format.ts"
import { textTable } from "../format/text-table.ts"
import { loadNn } from "../load-nn.ts"
import { inspectTensorFile } from "./inspect-tensor-file.ts"
import type { InspectOptions, Inspection } from "./inspection.ts"
import { countElements, tensorTable, type TensorSummary } from "./tensor-summary.ts"

/**
 * Says what a checkpoint folder (see `saveCheckpoint` of `@scalewise/nn`) is: its kind, config, parameters by part, tensors and metadata.
 *
 * @throws CheckpointError where there is no whole checkpoint in the folder
 */
export async function inspectCheckpoint(folder: string, options: InspectOptions = {}): Promise<Inspection> {
  const { readCheckpointConfig } = await loadNn()
  const { kind, version, config, metadata, tensors: file }: CheckpointConfig = await readCheckpointConfig(folder)
  const { data, faults } = await inspectTensorFile(`${folder}/${file}`, options)
  const tensors = data["tensors"] as TensorSummary[]
  const parameters = countElements(tensors)
  const parts = partsOf(tensors)
  return {
    kind: "checkpoint",
    data: { of: kind, version, config, parameters, parts, bytes: data["bytes"], tensors, metadata },
    text: [
      `${folder}: checkpoint of "${kind}", version ${version}, ${formatCount(parameters)} parameters in ${tensors.length} tensors, ${formatBytes(data["bytes"] as number)}`,
      section("config", config),
      textTable(
        ["part", "tensors", "parameters"],
        Object.entries(parts).map(([name, part]) => [name, formatCount(part.tensors), formatCount(part.parameters)]),
      ),
      tensorTable(tensors),
      section("metadata", metadata),
    ]
      .filter(Boolean)
      .join("\n\n"),
    faults,
  }
}

/** A nested value as YAML under its name; nothing where it is empty. */
export function section(name: string, value: unknown): string {
  if (value == null || (typeof value === "object" && Object.keys(value).length === 0)) return ""
  return stringify({ [name]: value }, { lineWidth: 0, flowCollectionPadding: false }).trimEnd()
}

/** Tensors and parameters under each first part of the names. */
function partsOf(tensors: readonly TensorSummary[]): Record<string, { tensors: number; parameters: number }> {
  const parts: Record<string, { tensors: number; parameters: number }> = {}
  for (const { name, count } of tensors) {
    const part = (parts[name.split(".")[0]!] ??= { tensors: 0, parameters: 0 })
    part.tensors++
    part.parameters += count
  }
  return parts
}
