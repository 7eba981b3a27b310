import { decimal, defineVerb, formatBytes, type Verb } from "@scalewise/cli"

interface Options {
  out?: string
  years: number
  surface?: boolean
}

/** `data [NAME]`: lists public sets, fetches one, or writes the weather of the embedded model. */
export const dataVerb: Verb = defineVerb<undefined, Options>({
  name: "data",
  summary: "list public sets of weather data, fetch one, or make the weather of a model",
  description:
    'Without a name: public sets with address, checksum and licence. "data channel" needs no network: it runs a two-layer quasi-geostrophic channel ' +
    "model, which has a jet, storms and seasons, and writes its daily fields as NetCDF. The sets with a checksum can be fetched by name.",
  arguments: [{ name: "[name]", description: "channel, or one of the sets" }],
  options: [
    { flags: "-o, --out <file>", description: "file to write (default: NAME.nc)" },
    { flags: "--years <n>", description: "channel: years of daily fields (default: 12)", default: 12, parse: decimal({ min: 0 }) },
    { flags: "--surface", description: "channel: write the pressure at the ground too" },
  ],
  examples: ["data", "data channel --out channel.nc --years 12 --seed 1", "data z500_ei"],
  async run({ arguments: [name], options, seed, signal, output, progress }) {
    const { publicSets } = await import("@scalewise/weather/data")
    if (name === undefined) {
      const entries = publicSets.map(({ name: set, bytes, description, address, sha256, licence }) =>
        [
          `${set}${bytes === undefined ? "" : ` (${formatBytes(bytes)})`}: ${description}`,
          address,
          ...(sha256 === undefined ? [] : [`sha256 ${sha256}`]),
          `licence: ${licence}`,
        ].join("\n  "),
      )
      output.data(publicSets, ["channel: weather of the embedded model, made here", ...entries].join("\n\n"))
      return
    }
    const target = options.out ?? `${name}.nc`
    if (name === "channel") {
      const { writeChannelSeries } = await import("@scalewise/weather")
      const bar = progress({ label: "weather", total: 1 })
      try {
        const { years, surface = false } = options
        await writeChannelSeries(target, { years, surface, seed: seed ?? 1, signal, onDay: (done, total) => bar.update({ done, total }) })
      } finally {
        bar.stop()
      }
    } else {
      const { ConfigError } = await import("@scalewise/nn/errors")
      const set = publicSets.find((one) => one.name === name)
      const known = publicSets.filter(({ sha256 }) => sha256 !== undefined)
      if (set?.sha256 === undefined) {
        const names = ["channel", ...known.map((one) => one.name)].join(", ")
        throw new ConfigError(
          `data: expected one of ${names}, got "${name}"${set ? `; that set is more than one file, see ${set.address}` : '; "data" alone lists all sets'}`,
        )
      }
      const { fetchSet } = await import("./fetch-set.ts")
      const bar = progress({ label: "fetching", total: set.bytes ?? 1 })
      try {
        await fetchSet(set, target, { signal, onBytes: (done) => bar.update({ done }) })
      } finally {
        bar.stop()
      }
    }
    output.data({ file: target }, `${target} is written; "inspect ${target}" says what is in it.`)
  },
})
