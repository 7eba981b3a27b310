// Everything that CI runs: the checks, then every test. Closes with the line `N passed, N failed`.
// Arguments go to vitest and leave the checks out: `npm test -- packages/core`.
import { existsSync, readFileSync, rmSync } from "node:fs"
import path from "node:path"
import { log, root, run } from "./bootstrap.mjs"
import { check } from "./check.mjs"

const args = process.argv.slice(2)
let { passed, failed } = args.length === 0 ? check() : { passed: 0, failed: 0 }
let skipped = 0

const file = path.join(root, ".cache", "vitest.json")
rmSync(file, { force: true })
const status = run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...args])
if (existsSync(file)) {
  const result = JSON.parse(readFileSync(file, "utf8"))
  passed += result.numPassedTests
  skipped += result.numPendingTests + result.numTodoTests
  // A file that fails to load counts as a failure though none of its tests ran.
  const unloaded = result.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0).length
  failed += result.numFailedTests + unloaded
}
if (status !== 0 && failed === 0) failed = 1

log("")
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
