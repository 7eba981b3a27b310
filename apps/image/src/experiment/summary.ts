import type { ExperimentConfig, SetupName } from "@scalewise/image"
import { formatMeanSd, formatNumber, spread } from "@scalewise/report"
import { targetText, type Measurements, type Row } from "./measurements.ts"
import { readSetup, type Finding } from "./reading.ts"
import { setupRows } from "./setup-rows.ts"

/** The numbers of a run for programs, with a short table for people. */
export interface Summary {
  setups: {
    setup: SetupName
    rows: Row[]
    gradients: Record<string, unknown>
    findings: Finding[]
    table: { columns: string[]; rows: string[][] }
  }[]
}

/** Values of every seed, floors included, and the findings in words. */
export function summarise(measurements: Measurements, setups: readonly SetupName[], config: ExperimentConfig): Summary {
  return {
    setups: setups.map((setup) => {
      const rows = setupRows(setup, measurements, config)
      const gradients =
        setup === "B"
          ? Object.fromEntries(
              [...measurements.models]
                .filter(([, [first]]) => first!.gradients.length > 0)
                .map(([unit, results]) => [unit, results.map((result) => result.gradients)]),
            )
          : {}
      return { setup, rows, gradients, findings: readSetup(setup, measurements, config), table: shortTable(setup, rows) }
    }),
  }
}

function shortTable(setup: SetupName, rows: readonly Row[]): { columns: string[]; rows: string[][] } {
  const text = (values: readonly number[]) => {
    const { mean, sd } = spread(values)
    return sd === 0 ? formatNumber(mean) : formatMeanSd(mean, sd)
  }
  return {
    columns: [
      setup === "depth" ? "Depth" : `Setup ${setup}`,
      "MSE",
      "PSNR (dB)",
      ...(setup === "A" || setup === "C" ? ["epochs to target"] : []),
    ],
    rows: rows.map(({ label, kind, mse, psnr, training }) => [
      kind === "floor" ? `(${label})` : label,
      text(mse),
      text(psnr),
      ...(setup === "A" || setup === "C" ? [training ? targetText(training.epochsToTarget) : ""] : []),
    ]),
  }
}
