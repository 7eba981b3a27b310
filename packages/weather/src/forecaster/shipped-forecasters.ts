import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

const assets = fileURLToPath(new URL("../../assets", import.meta.url))

/** Names of the forecasters that come with this package; the config.json of each says how it was made. */
export const shippedForecasters = (): string[] => (existsSync(assets) ? readdirSync(assets).toSorted() : [])

/** Folder of a shipped forecaster, or undefined where none has that name. */
export const shippedForecasterFolder = (name: string): string | undefined =>
  shippedForecasters().includes(name) ? `${assets}/${name}` : undefined
