// The program
export { createApp, type App, type AppOptions } from "./app/create-app.ts"
export { exitCode, failureOf, type Failure } from "./app/exit-code.ts"
export { defineVerb, type Verb, type VerbArgument, type VerbContext, type VerbOption } from "./app/verb.ts"
export { decimal, integer, list, type NumberLimits } from "./app/parse-option.ts"
export type { Host, SignalSource, TextStream } from "./app/host.ts"
export type { Output, OutputOptions } from "./app/output.ts"

// Plugins
export { definePlugin, defineSeam, pluginApi, type Plugin, type PluginHook, type Seam } from "./plugin/plugin.ts"
export { PluginFailure } from "./plugin/plugin-failure.ts"
export type { Extension } from "./plugin/plugins.ts"

// Config
export type { ConfigTree } from "./config/config-tree.ts"
export { didYouMean, nearest } from "./config/nearest.ts"
export { printConfig } from "./config/print-config.ts"
export { resolveConfig, type ConfigSource, type ResolveConfigOptions, type ResolvedConfig } from "./config/resolve-config.ts"

// Progress
export { fallbackRemark } from "./progress/fallback-remark.ts"
export { createProgress, type Progress, type ProgressEvent, type ProgressOptions } from "./progress/progress.ts"

// Runs
export { describeEnvironment, type Environment } from "./run/environment.ts"
export { openMetricsLog, readMetrics, type MetricsLog, type MetricsLogOptions, type MetricsRecord } from "./run/metrics-log.ts"
export { runOptions, type RunOptionValues } from "./run/run-options.ts"
export { openRunFolder, type RunFolder, type RunFolderOptions } from "./run/run-folder.ts"

// What is in a file, checkpoint or run
export { inspectPath } from "./inspect/inspect-path.ts"
export type { InspectOptions, Inspection } from "./inspect/inspection.ts"

// Text
export { backendSentence } from "./format/backend-sentence.ts"
export { formatBytes, formatCount, formatDuration, formatValue } from "./format/format.ts"
export { textTable } from "./format/text-table.ts"
