import type { AdamWTraining } from "@scalewise/nn"

/** The part of how a network is trained that any network has, as plain JSON. */
export interface NetworkTraining extends AdamWTraining {
  readonly steps: number
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly ema: number
}

/** How a network whose inputs are revealed bit by bit is trained, as plain JSON. */
export interface GraphTraining extends NetworkTraining {
  /** Share of the examples where nothing is revealed. */
  readonly nothing: number
}
