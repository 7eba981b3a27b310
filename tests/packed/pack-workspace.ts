import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { foldersOf, root } from "../code-example.ts"
import { runThrough } from "./run-command.ts"

/** A package as its users get it. */
export interface PackedPackage {
  readonly name: string
  readonly version: string
  /** Below the repository. */
  readonly folder: string
  readonly tarball: string
  /** What the tarball holds. */
  readonly files: readonly string[]
  /** Bytes of the tarball. */
  readonly size: number
  /** What a user may import: "@scalewise/core", "@scalewise/core/testing". */
  readonly entries: readonly string[]
  /** The programs that it brings. */
  readonly programs: readonly string[]
}

/** Packs packages of the workspace into a folder; `tarball` is the whole path. They have to be built. */
export async function packWorkspace(
  destination: string,
  folders = [...foldersOf("packages"), ...foldersOf("apps")],
): Promise<PackedPackage[]> {
  mkdirSync(destination, { recursive: true })
  const packed: PackedPackage[] = []
  for (const folder of folders) {
    const printed = await runThrough("pnpm", ["pack", "--pack-destination", destination, "--json"], join(root, folder))
    const { filename, files, size } = JSON.parse(printed) as { filename: string; files: { path: string }[]; size: number }
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      name: string
      version: string
      exports?: Record<string, unknown>
      bin?: Record<string, string>
    }
    const subpaths = Object.keys(manifest.exports ?? {}).filter((subpath) => subpath !== "./package.json")
    packed.push({
      name: manifest.name,
      version: manifest.version,
      folder,
      tarball: filename,
      files: files.map(({ path }) => path),
      size,
      entries: subpaths.map((subpath) => manifest.name + subpath.slice(1)),
      programs: Object.keys(manifest.bin ?? {}),
    })
  }
  return packed
}
