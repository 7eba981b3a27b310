import { ScalewiseError } from "../errors.ts"

/** A computation cannot be captured as a graph; the message names the operation and the remedy. In mode `auto` it runs eagerly instead. */
export class CaptureError extends ScalewiseError {
  constructor(message: string, options?: ErrorOptions) {
    super("CAPTURE", message, options)
  }
}

/** Runs something that hands a graph to TensorFlow; what TensorFlow says of a graph that it refuses becomes a CaptureError. */
export function orCaptureError<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof CaptureError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CaptureError(`capture: TensorFlow refuses the graph: ${reason}; use mode "eager"`, { cause: error })
  }
}
