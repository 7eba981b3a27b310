import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

const assets = fileURLToPath(new URL("../../assets", import.meta.url))

/** Names of the models that come with this package; the config.json of each says how it was made. */
export const shippedGraphModels = (): string[] => (existsSync(assets) ? readdirSync(assets).toSorted() : [])

/** Folder of a shipped model, or undefined where none has that name. */
export const shippedGraphModelFolder = (name: string): string | undefined =>
  shippedGraphModels().includes(name) ? `${assets}/${name}` : undefined
