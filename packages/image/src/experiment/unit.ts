import type { TrainingContext } from "./coarse-to-fine.ts"
import type { ExperimentConfig, SetupName } from "./config.ts"

/** A model that is trained once a seed; several setups may look at it. */
export type UnitName =
  | "references"
  | "single-shot"
  | "latent"
  | "regression"
  | "softmax"
  | `bitwise-${number}`
  | `pyramid-${number}-${TrainingContext}`

/**
 * The models that the setups need, each once, in the order in which they are trained. The pixel model of Setup A, the single shot
 * of Setup C and K = 1 of the depth sweep are one and the same model, and Setup C's coarse-to-fine model is K = 2.
 */
export function unitsOf(setups: readonly SetupName[], config: ExperimentConfig): UnitName[] {
  const units = new Set<UnitName>(["references"])
  for (const setup of setups) for (const unit of unitsOfSetup(setup, config)) units.add(unit)
  return [...units]
}

/** The models that one setup compares, in the order of its table. */
export function unitsOfSetup(setup: SetupName, { bits, depths }: ExperimentConfig): UnitName[] {
  switch (setup) {
    case "A":
      return ["single-shot", "latent"]
    case "B":
      return ["regression", "softmax", ...bits.map((count): UnitName => `bitwise-${count}`)]
    case "C":
      return ["single-shot", "pyramid-2-truth", "pyramid-2-predicted"]
    case "depth":
      return depths.map((depth): UnitName => (depth === 1 ? "single-shot" : `pyramid-${depth}-predicted`))
  }
}
