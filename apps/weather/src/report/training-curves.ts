import type { LinePoint } from "@scalewise/report"
import type { TrainingCurves } from "./report-page.ts"

/** Charts of a training from the lines of its `metrics.jsonl`: the loss by step, and what was measured on validation data by epoch. */
export function trainingCurves(records: readonly Readonly<Record<string, unknown>>[]): TrainingCurves[] {
  const loss = records.flatMap(({ step, loss: y }): LinePoint[] =>
    typeof step === "number" && typeof y === "number" ? [{ x: step, y }] : [],
  )
  const measured = new Map<string, LinePoint[]>()
  for (const { epoch, validation } of records) {
    if (typeof epoch !== "number" || typeof validation !== "object" || validation === null) continue
    for (const [name, y] of Object.entries(validation))
      if (typeof y === "number") measured.set(name, [...(measured.get(name) ?? []), { x: epoch, y }])
  }
  return [
    ...(loss.length > 0 ? [{ title: "Loss in training", x: "step", y: "loss (nats)", series: [{ name: "training", points: loss }] }] : []),
    ...(measured.size > 0
      ? [
          {
            title: "On validation data",
            description: "Every scale stops at its own best epoch.",
            x: "epoch",
            y: "loss (nats)",
            series: [...measured].map(([name, points]) => ({ name, points })),
          },
        ]
      : []),
  ]
}
