import type { Host } from "./host.ts"
import { exitCode } from "./exit-code.ts"

/** What a verb sees of Ctrl-C: a signal to stop at the next safe point and save. */
export interface Interruption {
  readonly signal: AbortSignal
  /** Stops listening. */
  dispose(): void
}

/** The first SIGINT or SIGTERM asks the verb to save and stop; the second leaves at once. */
export function listenForInterruption({ signals, exit }: Host, warn: (text: string) => void): Interruption {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      warn("Stopped at once.")
      exit(exitCode.interrupted)
      return
    }
    warn("\nStopping after this step and saving; once more to quit at once.")
    controller.abort(new DOMException("interrupted", "AbortError"))
  }
  signals.on("SIGINT", onSignal)
  signals.on("SIGTERM", onSignal)
  return {
    signal: controller.signal,
    dispose() {
      signals.off("SIGINT", onSignal)
      signals.off("SIGTERM", onSignal)
    },
  }
}
