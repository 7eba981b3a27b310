/** For test suites of apps: one verb, run as its command line would run it. */
export { runVerb, type RunVerbOptions, type VerbRun } from "./run-verb.ts"
