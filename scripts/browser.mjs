// Finds a Chromium for the tests that open pages, and prints its path; on Debian and Ubuntu, as root, it is installed where missing.
// Prints nothing (and says why on stderr) where there is none. SCALEWISE_BROWSER names one, or "off" for none.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
const applications = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"]

/** @returns {{path?: string, message: string}} */
export function findBrowser({ log = () => {} } = {}) {
  const wanted = process.env.SCALEWISE_BROWSER
  if (wanted === "off") return { message: "switched off by SCALEWISE_BROWSER=off" }
  if (wanted) return existsSync(wanted) ? { path: wanted, message: wanted } : { message: `SCALEWISE_BROWSER=${wanted} does not exist` }
  const present = locate()
  if (present != null) return { path: present, message: present }
  if (process.platform !== "linux" || process.getuid?.() !== 0 || onPath("apt-get") == null)
    return { message: "no Chromium found; install one, or name it in SCALEWISE_BROWSER" }
  log("installing Chromium with apt-get (about a minute)")
  const failure = apt("update") ?? apt("install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")
  const installed = locate()
  if (installed != null) return { path: installed, message: installed }
  return { message: `no Chromium found, and apt-get could not install it${failure == null ? "" : `: ${failure}`}` }
}

const locate = () => names.map(onPath).find((file) => file != null) ?? applications.find((file) => existsSync(file))

function onPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean)
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file))
}

/** The last line that apt-get said, where it failed. */
function apt(...words) {
  const { status, stderr, error } = spawnSync("apt-get", ["-q", ...words], {
    encoding: "utf8",
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  })
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split("\n").at(-1))
}

if (process.argv[1] != null && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { path: found, message } = findBrowser({ log: (line) => console.error(line) })
  if (found != null) console.log(found)
  else console.error(message)
}
