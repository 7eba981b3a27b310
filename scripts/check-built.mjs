// `prepack` of every package: refuses a tarball of a package that was not built, in one sentence.
import { existsSync, readFileSync, readdirSync } from "node:fs"
import path from "node:path"

const folder = process.cwd()
const { name, exports = {}, bin = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"))
const entries = [...Object.values(exports), ...Object.values(bin)].flatMap((entry) =>
  typeof entry === "string" ? [entry] : [entry.types, entry.default],
)
const sources = readdirSync(path.join(folder, "src"), { recursive: true }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.endsWith(".d.ts"),
)
const built = sources.map((file) => path.join("dist", file.replace(/\.ts$/, ".js")))
const missing = [...entries, ...built].find((file) => !existsSync(path.join(folder, file)))
if (missing !== undefined) {
  process.stderr.write(`${name}: expected ${missing}, which the build makes, found none; run "pnpm build" first\n`)
  process.exit(1)
}
