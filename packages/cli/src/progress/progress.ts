import { SingleBar } from "cli-progress"
import { formatCount, formatDuration } from "../format/format.ts"
import type { Host } from "../app/host.ts"
import type { Output } from "../app/output.ts"

/** What has happened: an event of a training loop, a refinement step, a file read. */
export interface ProgressEvent {
  /** How many of `total` are done; never less than before. */
  readonly done: number
  /** Where it has changed. */
  readonly total?: number
  /** A few words: "epoch 3, loss 0.0123". */
  readonly note?: string
}

/** Shows how far a long task is. */
export interface Progress {
  update(event: ProgressEvent): void
  /** A line that stays, above the bar. */
  say(text: string): void
  /** Ends the display; call it in a `finally`. */
  stop(): void
}

export interface ProgressOptions {
  /** What is going on: "training". */
  readonly label: string
  readonly total: number
  /** What was done before this process began (a resumed run): it does not count for the estimate of time. */
  readonly done?: number
  /** Milliseconds between lines where there is no terminal. @defaultValue 5000 */
  readonly interval?: number
}

/** A bar with the time left on a terminal; elsewhere one line every few seconds; nothing with `--quiet`. */
export function createProgress(
  { label, total: expected, done: before = 0, interval = 5000 }: ProgressOptions,
  { host: { stderr, clock }, output }: { readonly host: Host; readonly output: Output },
): Progress {
  if (output.quiet) return { update() {}, say() {}, stop() {} }
  let total = expected
  let latest: ProgressEvent = { done: before }
  const begin = clock()
  const timeLeft = (): string => {
    const rate = (latest.done - before) / (clock() - begin)
    return latest.done >= total
      ? "done"
      : rate > 0 && Number.isFinite(rate)
        ? `${formatDuration((total - latest.done) / rate)} left`
        : "estimating"
  }
  const words = (): string =>
    `${percentage(latest.done, total)}  ${formatCount(latest.done)}/${formatCount(total)}  ${timeLeft()}${latest.note == null ? "" : `  ${latest.note}`}`

  if (stderr.isTTY !== true) {
    let lastLine = -Infinity
    let lastText = ""
    const line = (): void => {
      const text = words()
      if (text === lastText) return
      lastText = text
      lastLine = clock()
      stderr.write(`${label}: ${text}\n`)
    }
    return {
      update(event) {
        latest = event
        total = event.total ?? total
        if (clock() - lastLine >= interval) line()
      },
      say: output.say,
      stop: line,
    }
  }

  // Some terminals say that they are 0 wide.
  const columns = (): number => stderr.columns || 80
  const bar = new SingleBar({
    stream: stderr as NodeJS.WritableStream,
    format: (_, { value, total: end }) => {
      const width = Math.max(10, Math.min(32, columns() - 60))
      const full = Math.round(width * Math.min(1, end > 0 ? value / end : 1))
      const line = `${label} ${"█".repeat(full)}${"░".repeat(width - full)} ${words()}`
      return line.slice(0, columns() - 1)
    },
    fps: 8,
    hideCursor: true,
    gracefulExit: false,
    emptyOnZero: true,
  })
  bar.start(total, before)
  return {
    update(event) {
      latest = event
      if (event.total != null && event.total !== total) bar.setTotal((total = event.total))
      bar.update(event.done)
    },
    say(text) {
      // The bar returns to the place that was saved last (ESC 7), which is now one line further down.
      stderr.write(`\r\u001b[K${text}\n\u001b7`)
      bar.render()
    },
    stop: () => bar.stop(),
  }
}

const percentage = (done: number, total: number): string => `${Math.floor(100 * Math.min(1, total > 0 ? done / total : 1))} %`.padStart(5)
