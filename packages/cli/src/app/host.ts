/** Where text goes. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What sends signals: the process, or a test. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown
}

/** Everything that an app takes from the world around it. */
export interface Host {
  /** What follows the program's name. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly signals: SignalSource
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Leaves at once. */
  readonly exit: (code: number) => void
}
