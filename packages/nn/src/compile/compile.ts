import * as tf from "../backend/tf.ts"
import { ConfigError } from "../errors.ts"
import { disposeParameters, type Parameters } from "../parameters.ts"
import { CaptureError } from "./capture-error.ts"
import { capturedStep } from "./captured-step.ts"
import { eagerStep } from "./eager-step.ts"
import { forwardedStep } from "./forwarded-step.ts"
import { sessionBackend } from "./session.ts"
import { isRecording } from "./trace.ts"
import type { CompileOptions, Loss, TrainStep } from "./train-step.ts"

/**
 * Turns a loss function into a training step: gradients, clipping, optimiser and moving average in one call. On the native backend
 * the step is captured as a TensorFlow graph, once for each shape of the inputs; elsewhere it runs eagerly, with the same results.
 *
 * Whatever the loss takes from elsewhere is a constant of the graph: small tensors are frozen as they are at the first call with a shape;
 * large ones, numbers made inside, values read back and random draws are refused (mode `auto` then turns eager and says why in
 * `fallbackReason`). A last batch of another size is another shape: the graphs of all shapes share one set of variables.
 *
 * @throws CaptureError in mode `captured`, where the loss or the backend does not allow it
 */
export function compile<P extends Parameters>(loss: Loss<P>, options: CompileOptions<P>): TrainStep<P> {
  const { mode = "auto", accumulate = 1 } = options
  if (!(Number.isInteger(accumulate) && accumulate >= 1)) throw new ConfigError(`compile: expected accumulate >= 1, got ${accumulate}`)
  if (mode === "eager") return eagerStep(loss, options)
  const backend = sessionBackend()
  if (!backend) {
    const reason = "the backend in use has no graphs; only tfjs-node does"
    if (mode === "captured") throw new CaptureError(`compile: ${reason}; select it, or use mode "auto"`)
    return eagerStep(loss, options, reason)
  }
  const captured = capturedStep(backend, loss, options)
  return mode === "captured"
    ? captured
    : withFallback(captured, (parameters, reason) => eagerStep(loss, { ...options, parameters }, reason))
}

/** The captured step until it meets something that cannot be captured, then an eager one from the same state. */
function withFallback<P extends Parameters>(captured: TrainStep<P>, eager: (parameters: P, reason: string) => TrainStep<P>): TrainStep<P> {
  let current = captured
  return forwardedStep(() => current, {
    run(inputs) {
      try {
        return current.run(inputs)
      } catch (error) {
        if (!(error instanceof CaptureError) || isRecording()) throw error // In a recording it is the outer step that cannot be captured.
        // Its own parameters: those given to `compile` may be disposed by now.
        const parameters = current.parameters()
        const state = current.state()
        const next = eager(parameters, error.message)
        next.restore(state)
        disposeParameters(parameters)
        tf.dispose(Object.values(state))
        current.dispose()
        current = next
        return current.run(inputs)
      }
    },
  })
}
