import { defineVerb, type Verb } from "@scalewise/cli"

interface Options {
  force?: boolean
}

/** `convert IN OUT`: copies anything that can be read to NetCDF-3. */
export const convertVerb: Verb = defineVerb<undefined, Options>({
  name: "convert",
  summary: "copy NetCDF-4, HDF5, Zarr or CDF-5 data to NetCDF-3",
  description:
    "Stored numbers, packing and attributes stay as they are. Unsigned and 64-bit integers become the next wider type, strings become rows of characters.",
  arguments: [
    { name: "<in>", description: "file or Zarr folder to read" },
    { name: "<out>", description: "NetCDF-3 file to write" },
  ],
  options: [{ flags: "--force", description: "overwrite a file that is there" }],
  examples: ["convert era5.nc era5-classic.nc", "convert air_temperature.zarr air_temperature.nc"],
  async run({ arguments: [source, target], options, signal, output, progress }) {
    const { existsSync } = await import("node:fs")
    const { ConfigError } = await import("@scalewise/nn/errors")
    const { convertToNetcdf } = await import("@scalewise/weather/data")
    if (existsSync(target!) && options.force !== true)
      throw new ConfigError(`${target}: expected a new file to write to, got one that is there; choose another name or add --force`)
    const bar = progress({ label: "converting", total: 1 })
    try {
      await convertToNetcdf(source!, target!, { signal, onVariable: (done, of) => bar.update({ done, total: of }) })
    } finally {
      bar.stop()
    }
    output.data({ file: target }, `${target} is written.`)
  },
})
