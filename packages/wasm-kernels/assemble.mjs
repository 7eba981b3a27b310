// `pnpm assemble`: compiles assembly/ to WebAssembly, plain and relaxed SIMD, and writes both as text into
// src/binaries.ts, so that the package needs no file access in Node or in a browser. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs"
import { main } from "assemblyscript/asc"

process.chdir(import.meta.dirname)

const build = async (features) => {
  let binary
  const { error } = await main(
    [
      "assembly/index.ts",
      "--outFile",
      "kernels.wasm",
      "--enable",
      "simd",
      ...features.flatMap((name) => ["--enable", name]),
      "--importMemory",
      "--noExportMemory",
      "--runtime",
      "stub",
      "-O3",
      "--noAssert",
    ],
    { stderr: process.stderr, writeFile: (name, content) => void (binary = content) },
  )
  if (error) throw error
  return Buffer.from(binary).toString("base64")
}

/** Walks the sections of a WebAssembly module: one byte of kind, then the length as a LEB128 number. */
function hasSection(binary, kind) {
  for (let at = 8; at < binary.length;) {
    if (binary[at] === kind) return true
    let length = 0
    let shift = 0
    do {
      length |= (binary[++at] & 0x7f) << shift
      shift += 7
    } while (binary[at] & 0x80)
    at += 1 + length
  }
  return false
}

const lines = (text) =>
  text
    .match(/.{1,120}/g)
    .map((line) => `  "${line}"`)
    .join(" +\n")
const plain = await build([])
// The kernels live in the memory of another module, so a data segment (section 11) would overwrite what is there.
if (hasSection(Buffer.from(plain, "base64"), 11)) throw new Error("a kernel needs static data: compute it instead")
const relaxed = await build(["relaxed-simd"])
const text = `// Written by \`pnpm assemble\` from assembly/; do not edit.

/** Standard SIMD, base64. */
export const simdBinary =
${lines(plain)}

/** Relaxed SIMD (fused multiply-add), base64. */
export const relaxedSimdBinary =
${lines(relaxed)}
`
if (process.argv.includes("--check")) {
  if (readFileSync("src/binaries.ts", "utf8") !== text) {
    process.stderr.write("src/binaries.ts is not what assembly/ compiles to; run `pnpm assemble`\n")
    process.exit(1)
  }
} else writeFileSync("src/binaries.ts", text)
