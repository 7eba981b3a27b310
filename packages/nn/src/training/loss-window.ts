import type * as tf from "../backend/tf.ts"
import { ScalewiseError } from "../errors.ts"

/** Scalars of several steps, left on the device until they are wanted: reading each at once would stall the pipeline. */
export interface LossWindow {
  /** Steps in it. */
  readonly length: number
  /** Takes the outputs of a step over; what is not a scalar is released. */
  add(outputs: Record<string, tf.Tensor>): void
  /**
   * Means of `loss` and of the other scalars, each over the steps that reported it, and the sum of the losses; the window is
   * empty afterwards.
   *
   * @param step - number of the last step in it, for the message
   * @throws ScalewiseError with code DIVERGED where a loss is not finite; nothing is released then
   */
  read(step: number): Promise<{ loss: number; lossSum: number; metrics: Record<string, number> }>
  /** Releases what was not read. */
  dispose(): void
}

/** An empty window. */
export function lossWindow(): LossWindow {
  let outputs: Record<string, tf.Tensor>[] = []
  const dispose = (): void => {
    for (const record of outputs) for (const tensor of Object.values(record)) tensor.dispose()
    outputs = []
  }
  return {
    get length() {
      return outputs.length
    },
    add(record) {
      for (const tensor of Object.values(record)) if (tensor.size !== 1) tensor.dispose()
      outputs.push(Object.fromEntries(Object.entries(record).filter(([, tensor]) => tensor.size === 1)))
    },
    async read(step) {
      const first = step - outputs.length + 1
      const sums = new Map<string, { sum: number; count: number }>()
      for (const [index, record] of outputs.entries())
        for (const [name, tensor] of Object.entries(record)) {
          const value = (await tensor.data())[0]!
          if (name === "loss" && !Number.isFinite(value))
            throw new ScalewiseError(
              "DIVERGED",
              `train: the loss is ${value} at step ${first + index}; lower the learning rate or clip gradients, and resume`,
            )
          const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 }
          sums.set(name, { sum: sum + value, count: count + 1 })
        }
      dispose()
      const { loss, ...metrics } = Object.fromEntries(Array.from(sums, ([name, { sum, count }]) => [name, sum / count]))
      return { loss: loss ?? Number.NaN, lossSum: sums.get("loss")?.sum ?? Number.NaN, metrics }
    },
    dispose,
  }
}
