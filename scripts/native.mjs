// Sets up the native backend (the addon of @tensorflow/tfjs-node) for this checkout.
//
//   1. an addon that already loads is left alone;
//   2. one that was set up before on this machine is linked in from the cache (outside node_modules);
//   3. the package's own installer fetches libtensorflow and a prebuilt addon;
//   4. on Linux x64, where that cannot be reached, the addon is compiled (seconds) against the
//      libtensorflow of the tensorflow-cpu wheel, which pip can fetch; sizes: 207 MB fetched, 620 MB on disk.
//
// Returns one line for a person and never throws: without a native backend everything runs on WebAssembly.
// SCALEWISE_NATIVE=off skips all of it; SCALEWISE_CACHE moves the cache.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { createReadStream, existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"
import { pipeline } from "node:stream/promises"

const wheel = {
  requirement: "tensorflow-cpu==2.15.1",
  sha256: "54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26",
  pipArguments: ["--no-deps", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--platform=manylinux2014_x86_64"],
}

const isOurs = (name) => name.startsWith("tensorflow_cpu-2.15.1-") && name.endsWith(".whl")

/** The cache folder that survives a deleted node_modules. */
export function cacheFolder() {
  if (process.env.SCALEWISE_CACHE) return process.env.SCALEWISE_CACHE
  if (process.platform === "win32" && process.env.LOCALAPPDATA) return path.join(process.env.LOCALAPPDATA, "scalewise")
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "scalewise")
}

/** @returns {Promise<{native: boolean, message: string}>} */
export async function setUpNative({ root, log }) {
  if (process.env.SCALEWISE_NATIVE === "off") return portable("switched off by SCALEWISE_NATIVE=off")
  const folder = await tfjsNodeFolder(root)
  if (folder == null) return portable("the optional dependency @tensorflow/tfjs-node is not installed")
  if (addonLoads(folder)) return { native: true, message: "native backend: ready" }

  const { version } = JSON.parse(await fs.readFile(path.join(folder, "package.json"), "utf8"))
  const cache = path.join(cacheFolder(), "native", `tfjs-node-${version}-${process.platform}-${process.arch}`)
  if (existsSync(path.join(cache, "complete")) && (await linkFromCache(folder, cache)))
    return { native: true, message: "native backend: linked from the cache" }

  const reasons = []
  for (const { name, install } of [
    { name: "the package's installer", install: installOfficial },
    { name: "a build against the tensorflow-cpu wheel", install: buildAgainstWheel },
  ]) {
    try {
      log(`native backend: trying ${name}`)
      await install({ folder, cache, root, log })
      if (!addonLoads(folder)) throw new Error("the addon was built but does not load")
      return { native: true, message: `native backend: set up by ${name}` }
    } catch (error) {
      reasons.push(`${name}: ${firstLine(error)}`)
    }
  }
  return portable(reasons.join("; "))
}

const portable = (reason) => ({
  native: false,
  message: `native backend: not available (${reason}); everything runs on WebAssembly, several times slower`,
})

const firstLine = (error) => String(error?.message ?? error).split("\n")[0]

async function tfjsNodeFolder(root) {
  try {
    const require = createRequire(path.join(root, "packages/nn/package.json"))
    return path.dirname(require.resolve("@tensorflow/tfjs-node/package.json"))
  } catch {
    return undefined
  }
}

const addonFile = (folder) => path.join(folder, "lib", "napi-v8", "tfjs_binding.node")

function addonLoads(folder) {
  const file = addonFile(folder)
  if (!existsSync(file)) return false
  const probe = spawnSync(process.execPath, ["-e", `require(${JSON.stringify(file)})`], { stdio: "ignore", timeout: 60_000 })
  return probe.status === 0
}

/** The library by symbolic link (it is large), the addon by copy (its run path starts at its own folder). */
async function linkFromCache(folder, cache) {
  await fs.rm(path.join(folder, "deps"), { recursive: true, force: true })
  await fs.symlink(path.join(cache, "deps"), path.join(folder, "deps"), process.platform === "win32" ? "junction" : "dir")
  await fs.mkdir(path.dirname(addonFile(folder)), { recursive: true })
  await fs.copyFile(path.join(cache, "tfjs_binding.node"), addonFile(folder))
  return addonLoads(folder)
}

async function installOfficial({ folder, cache, log }) {
  if ((await fs.lstat(path.join(folder, "deps")).catch(() => undefined))?.isSymbolicLink()) await fs.rm(path.join(folder, "deps"))
  // The installer of a library asks no question and prints much; its last words are kept for the reason.
  await run(process.execPath, ["scripts/install.js"], { cwd: folder, timeout: 600_000 })
  if (!addonLoads(folder)) throw new Error("its download is not reachable from here")
  log("native backend: keeping a copy in the cache")
  await fs.rm(cache, { recursive: true, force: true })
  await fs.mkdir(cache, { recursive: true })
  await fs.cp(path.join(folder, "deps"), path.join(cache, "deps"), { recursive: true, verbatimSymlinks: true })
  await fs.copyFile(addonFile(folder), path.join(cache, "tfjs_binding.node"))
  await fs.writeFile(path.join(cache, "complete"), "official installer\n")
}

async function buildAgainstWheel({ folder, cache, root, log }) {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("only on Linux x64")
  const python = ["python3", "python"].find((name) => succeeds(name, ["-m", "pip", "--version"]))
  if (python == null) throw new Error("needs Python with pip")
  const compiler = [process.env.CXX, "g++", "c++", "clang++"].find((name) => name && succeeds(name, ["--version"]))
  if (compiler == null) throw new Error("needs a C++ compiler")

  const downloads = path.join(cacheFolder(), "downloads")
  await fs.mkdir(downloads, { recursive: true })
  let file = (await fs.readdir(downloads)).find(isOurs)
  if (file == null || (await sha256(path.join(downloads, file))) !== wheel.sha256) {
    if (file != null) await fs.rm(path.join(downloads, file))
    log(`native backend: fetching ${wheel.requirement} (207 MB)`)
    await run(
      python,
      ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...wheel.pipArguments, "--dest", downloads, wheel.requirement],
      { timeout: 1_800_000 },
    )
    file = (await fs.readdir(downloads)).find(isOurs)
    if (file == null) throw new Error("pip fetched no wheel")
    if ((await sha256(path.join(downloads, file))) !== wheel.sha256) {
      await fs.rm(path.join(downloads, file))
      throw new Error("the wheel's checksum is wrong; it was deleted")
    }
  }

  log("native backend: unpacking and compiling (about 20 s)")
  const staging = `${cache}.${process.pid}`
  await fs.rm(staging, { recursive: true, force: true })
  await fs.mkdir(staging, { recursive: true })
  try {
    await run(python, ["-c", unpackProgram, path.join(downloads, file), staging], { timeout: 600_000 })
    const deps = path.join(staging, "deps")
    await fs.mkdir(deps)
    await fs.mkdir(path.join(deps, "lib"))
    for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
      await fs.rename(path.join(staging, "tensorflow", name), path.join(deps, "lib", name))
    await fs.rename(path.join(staging, "tensorflow", "include"), path.join(deps, "include"))
    await fs.rm(path.join(staging, "tensorflow"), { recursive: true })
    for (const [name, target] of [
      ["libtensorflow.so", "libtensorflow_cc.so.2"],
      ["libtensorflow.so.2.9.1", "libtensorflow_cc.so.2"],
      ["libtensorflow_framework.so", "libtensorflow_framework.so.2"],
    ])
      await fs.symlink(target, path.join(deps, "lib", name))
    const nodeHeaders = path.join(root, "node_modules", "node-api-headers", "include")
    await run(
      compiler,
      [
        "-O2",
        "-std=c++17",
        "-shared",
        "-fPIC",
        "-DNAPI_VERSION=8",
        "-DNODE_GYP_MODULE_NAME=tfjs_binding",
        "binding/tfjs_backend.cc",
        "binding/tfjs_binding.cc",
        "-I..",
        `-I${deps}/include`,
        `-I${nodeHeaders}`,
        `-L${deps}/lib`,
        "-ltensorflow",
        "-ltensorflow_framework",
        "-Wl,-rpath,$ORIGIN/../../deps/lib",
        "-o",
        path.join(staging, "tfjs_binding.node"),
      ],
      { cwd: folder, timeout: 600_000 },
    )
    await fs.writeFile(path.join(staging, "complete"), `${wheel.requirement}\n`)
    await fs.rm(cache, { recursive: true, force: true })
    await fs.rename(staging, cache)
  } finally {
    await fs.rm(staging, { recursive: true, force: true })
  }
  await linkFromCache(folder, cache)
}

/** Only the two libraries and the headers of the C interface; the rest of the wheel is Python. */
const unpackProgram = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wanted = [n for n in wheel.namelist() if n in ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
              or n.startswith(("tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/", "tensorflow/include/tsl/"))]
    wheel.extractall(sys.argv[2], wanted)
`

async function sha256(file) {
  const hash = createHash("sha256")
  await pipeline(createReadStream(file), hash)
  return hash.digest("hex")
}

const succeeds = (command, args) => spawnSync(command, args, { stdio: "ignore" }).status === 0

function run(command, args, { cwd, timeout }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, timeout, stdio: ["ignore", "pipe", "pipe"] })
    let tail = ""
    const keep = (chunk) => (tail = (tail + chunk).slice(-4000))
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0) return resolve()
      const lines = tail.trim().split("\n")
      reject(new Error(lines.find((line) => /error:|ENOTFOUND/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`))
    })
  })
}
