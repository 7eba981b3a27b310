/**
 * What `train` emits: the one contract of progress bars, JSON lines and reports. All members are plain JSON.
 * `step` counts batches from the beginning of the first run, `epoch` is the number (from 1) of the pass over the data to which that step belongs,
 * `seconds` is the time of the run so far, earlier parts of a resumed run included.
 */
export type TrainEvent =
  /** Means over the batches since the last event of this type. */
  | {
      readonly type: "step"
      readonly step: number
      readonly epoch: number
      readonly loss: number
      /** The other scalars that the loss function reports. */
      readonly metrics: Readonly<Record<string, number>>
      /** Without the time of evaluations and checkpoints. */
      readonly samplesPerSecond: number
      /** Why steps run operation by operation although they were to be captured; absent where they are, or were not to be. */
      readonly fallbackReason?: string
      readonly seconds: number
    }
  /** A pass over the data is complete; `loss` is the mean over its batches. */
  | { readonly type: "epoch"; readonly step: number; readonly epoch: number; readonly loss: number; readonly seconds: number }
  /** What the evaluation hook returned. */
  | {
      readonly type: "evaluate"
      readonly step: number
      readonly epoch: number
      readonly metrics: Readonly<Record<string, number>>
      readonly seconds: number
    }
  /** A whole checkpoint is on the disk. */
  | { readonly type: "checkpoint"; readonly step: number; readonly epoch: number; readonly path: string; readonly seconds: number }
  /** Always the last one. */
  | {
      readonly type: "done"
      readonly reason: "finished" | "aborted"
      readonly step: number
      readonly epoch: number
      readonly seconds: number
    }
