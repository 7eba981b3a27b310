import { DataError } from "@scalewise/nn"
import type { GraphRecord, RecordSource } from "./graph-record.ts"
import { linesOf } from "./read-bytes.ts"

interface Line {
  readonly number: number
  readonly fields: readonly string[]
}

/**
 * The graphs of an edge list: a line names the two ends of an edge and perhaps its label, or one node on its own; fields are divided by
 * white space, commas or semicolons. A blank line or a line `# graph NAME` begins the next graph, other lines that begin with #, % or
 * // are comments, and a first line with the words source and target is a heading. Nodes are ordered as numbers where all names are
 * numbers, else by first mention.
 */
export function* edgeLists(bytes: Uint8Array): Generator<RecordSource> {
  let lines: Line[] = []
  let id: string | undefined
  let count = 0
  let heading = true
  const graph = (): RecordSource => {
    const [own, ownId] = [lines, id]
    return { place: `graph ${++count}`, read: () => edgeListGraph(own, ownId) }
  }
  for (const { number, text } of linesOf(bytes)) {
    const line = text.trim()
    const begins = /^#\s*graph\b[\s:]*(.*)$/i.exec(line)
    if (begins || line === "") {
      if (lines.length > 0) yield graph()
      lines = []
      id = begins?.[1] || undefined
    } else if (!/^(#|%|\/\/)/.test(line)) {
      const fields = line.split(/\s*[,;]\s*|\s+/)
      if (!(heading && /^"?(source|from)\b/i.test(line) && /\b(target|to)\b/i.test(line))) lines.push({ number, fields })
      heading = false
    }
  }
  if (lines.length > 0) yield graph()
}

function edgeListGraph(lines: readonly Line[], id: string | undefined): GraphRecord {
  const names = new Set<string>()
  for (const { number, fields } of lines) {
    if (fields.length > 3 || fields.includes(""))
      throw new DataError(
        `expected two ends of an edge and perhaps a label on line ${number}, got ${fields.length} fields; mend or remove it`,
      )
    for (const end of fields.slice(0, 2)) names.add(end)
  }
  const ordered = [...names]
  if (ordered.every((name) => /^\d+$/.test(name))) ordered.sort((a, b) => Number(a) - Number(b))
  const positions = new Map(ordered.map((name, position) => [name, position]))
  const edges = lines.filter(({ fields }) => fields.length > 1)
  // Some programs write an empty table of attributes at the end of each line.
  const edgeLabels = edges.map(({ fields }) => (fields[2] === "{}" ? undefined : fields[2]))
  return {
    ...(id !== undefined && { id }),
    nodes: ordered.length,
    pairs: edges.flatMap(({ fields }) => [positions.get(fields[0]!)!, positions.get(fields[1]!)!]),
    ...(edgeLabels.some((label) => label !== undefined) && { edgeLabels }),
  }
}
