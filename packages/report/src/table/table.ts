import { formatMeanSd, formatNumber } from "../format-number.ts"
import { html, type Html } from "../html.ts"
import { spread } from "../spread.ts"

/** One cell: text, a number, several seeds' values (shown as mean ± deviation), the two themselves, or nothing ("–"). */
export type TableCell = string | number | null | readonly number[] | { readonly mean: number; readonly sd: number } | Html

/** One row under its header. */
export interface TableRow {
  readonly label: string
  /** In the order of `columns`. */
  readonly cells: readonly TableCell[]
  /**
   * `floor` marks what no model can beat or a naive baseline: set apart, so that it is never read as a result.
   * @defaultValue "result"
   */
  readonly kind?: "result" | "floor"
}

export interface TableOptions {
  /** Shown above; also the table's caption for a screen reader. */
  readonly title: string
  /** The header over the row labels. */
  readonly corner?: string
  /** Headers, units included. */
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
  /** Sentences below the table. */
  readonly notes?: readonly string[]
}

/** A table of numbers with their spread, floors and notes. */
export function table({ title, corner = "", columns, rows, notes = [] }: TableOptions): Html {
  return html`<figure class="table">
    ${dataTable({ title, corner, columns, rows })}${notes.map((note) => html`<p class="note">${note}</p>`)}
  </figure>`
}

/** The bare `<table>`, as charts need it for their data. */
export function dataTable({ title, corner = "", columns, rows }: TableOptions): Html {
  for (const { label, cells } of rows)
    if (cells.length !== columns.length)
      throw new RangeError(`table "${title}": expected ${columns.length} cells in row "${label}", got ${cells.length}`)
  // Numbers line up at the right, columns of words at the left.
  const align = columns.map((_, index) => rows.every(({ cells }) => typeof (cells[index] ?? "") === "string") && html` class="words"`)
  return html`<div class="scroll">
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${corner}</th>
          ${columns.map((column, index) => html`<th scope="col" ${align[index]}>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, cells, kind }) =>
            html`<tr${kind === "floor" && html` class="floor"`}><th scope="row">${label}</th>${cells.map(
              (cell, index) => html`<td${align[index]}>${cellText(cell)}</td>`,
            )}</tr>
`,
        )}
      </tbody>
    </table>
  </div>`
}

function cellText(cell: TableCell): string | Html {
  if (cell == null) return "–"
  if (typeof cell === "string") return cell
  if (typeof cell === "number") return formatNumber(cell)
  if ("html" in cell) return cell
  const { mean, sd } = "mean" in cell ? cell : spread(cell)
  return formatMeanSd(mean, sd)
}
