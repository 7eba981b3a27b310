/** An error inside a plugin, named by the plugin and the seam. What it was is the cause. */
export class PluginFailure extends Error {
  override readonly name = "PluginFailure"
  readonly code: string
  readonly plugin: string

  constructor(plugin: string, seam: string, cause: unknown) {
    super(`plugin ${plugin}, ${seam}: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`, { cause })
    this.plugin = plugin
    // A bad value of a plugin's own flag is a mistake of usage, as anywhere; all else is the plugin's failure.
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    this.code = ["CONFIG", "DATA", "SHAPE", "CHECKPOINT"].includes(code) ? code : "PLUGIN"
  }

  /** Whether the user can mend it: then nothing is run at all, as with any wrong flag. */
  get isUsage(): boolean {
    return this.code === "CONFIG"
  }
}
