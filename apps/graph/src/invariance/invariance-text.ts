import { textTable } from "@scalewise/cli"
import type { InvarianceReport } from "@scalewise/graph"

/** The checks as a table: what was found, what may be, and what the same check finds with a mistake. */
export function invarianceText({ checks, passed, extent: { renamings, graphs, steps, ties } }: InvarianceReport): string {
  const short = (value: number): string => (value === 0 || Number.isInteger(value) ? String(value) : value.toExponential(1))
  const rows = checks.map(({ check, name, deviation, limit, passed: isGood, control }) => [
    check,
    name,
    short(deviation),
    short(limit),
    isGood ? "passed" : "FAILED",
    `${short(control.deviation)} with ${control.mistake}`,
  ])
  const near = ties > 0 ? `; ${ties} parted where rounding decided a draw` : ""
  return [
    textTable(["check", "", "largest deviation", "limit", "", "the same with a mistake"], rows),
    `${renamings} renamings; ${graphs} graphs drawn twice in ${steps} steps${near}.`,
    passed ? "Renaming the nodes changes nothing." : "The model is not invariant.",
  ].join("\n\n")
}
