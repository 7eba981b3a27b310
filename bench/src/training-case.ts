import { compile, flattenParameters, tf, type CompileOptions, type Loss, type OperationTime, type Parameters } from "@scalewise/nn"
import type { Case, Mode } from "./cases.ts"
import { measure } from "./measure.ts"
import type { CaseProfile } from "./profile-bench.ts"

/** A training step with what it is run on. */
export interface TrainingCase {
  readonly loss: Loss<Parameters>
  /** Its parameters are the case's to dispose. */
  readonly options: CompileOptions<Parameters>
  readonly inputs: Record<string, tf.Tensor>
  /** What the training does after each step with what the step reports. @defaultValue nothing */
  readonly follow?: (reported: Readonly<Record<string, tf.Tensor>>) => void
  /** Releases what belongs to the case beside parameters and inputs. @defaultValue nothing */
  readonly dispose?: () => void
}

/** What a row of operations says beside its sum. */
export const profileNote = "each operation alone, one after the other, nothing merged"

/** Operations as rows of a profile, by TensorFlow's name of them. */
export const asEntries = (times: readonly OperationTime[]): CaseProfile["entries"] =>
  times.map(({ operation, milliseconds }) => ({ part: operation, milliseconds }))

/** A case that times one training step, `firstMilliseconds` being the first call: tracing, loading and one step. */
export function trainingCase(name: string, make: () => TrainingCase, { hasStock = false } = {}): Case {
  const open = (mode: Mode) => {
    const { loss, options, inputs, follow, dispose } = make()
    const start = performance.now()
    const step = compile(loss, { ...options, mode })
    const once = (): void => {
      const reported = step.run(inputs)
      follow?.(reported)
      reported["loss"]!.dataSync() // the update is part of the same run
      tf.dispose(reported)
    }
    once()
    const firstMilliseconds = performance.now() - start
    const close = (): void => {
      step.dispose()
      dispose?.()
      tf.dispose([inputs, flattenParameters(options.parameters)])
    }
    return { step, inputs, once, firstMilliseconds, close }
  }
  return {
    name,
    hasPeer: true,
    hasStock,
    async time({ mode, repeats }) {
      const { step, once, firstMilliseconds, close } = open(mode)
      const milliseconds = await measure(once, { repeats })
      close()
      return [{ name, mode: step.mode, milliseconds, firstMilliseconds }]
    },
    async profile({ repeats }) {
      const { step, inputs, once, close } = open("captured")
      const whole = await measure(once, { repeats })
      const entries = asEntries(step.profile!(inputs, repeats))
      close()
      return { whole, entries, note: profileNote }
    },
  }
}
