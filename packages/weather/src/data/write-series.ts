import { formatDate } from "../calendar/calendar.ts"
import { fillOf } from "../netcdf/netcdf-writer.ts"
import { writeWholeNetcdf } from "../netcdf/write-whole-netcdf.ts"
import type { HeaderToWrite, VariableToWrite } from "../netcdf/encode-header.ts"
import type { FieldSeries } from "./field-series.ts"

/** Options of `writeSeries`. */
export interface WriteSeriesOptions {
  /** Global attributes. */
  readonly attributes?: Readonly<Record<string, string>>
}

/**
 * Writes a series as NetCDF-3: one file, decoded single-precision values, time as the unlimited dimension. It appears under its name when
 * it is complete. "z@500" is called "z500" and keeps its name in the attribute `selector`.
 *
 * @throws DataError where the file cannot be written or the disk is full
 */
export async function writeSeries(
  path: string,
  { variables, grid, time, values }: FieldSeries,
  { attributes = {} }: WriteSeriesOptions = {},
): Promise<void> {
  const [rows, columns] = [grid.latitudes.length, grid.longitudes.length]
  const axis = (name: string, units: string, standard: string): VariableToWrite => ({
    name,
    type: "float64",
    dimensions: [name],
    attributes: { standard_name: standard, units, ...(name === "time" && { calendar: time.calendar, axis: "T" }) },
  })
  const since = time.hours[0]!
  const names = variables.map(({ name }) => name.replaceAll(/[^\w.-]/g, ""))
  const header: HeaderToWrite = {
    dimensions: [
      { name: "time", length: 0 },
      { name: "latitude", length: rows },
      { name: "longitude", length: columns },
    ],
    attributes: { Conventions: "CF-1.8", ...attributes },
    variables: [
      axis("time", `hours since ${formatDate(since, time.calendar)}`, "time"),
      axis("latitude", "degrees_north", "latitude"),
      axis("longitude", "degrees_east", "longitude"),
      ...variables.map(({ name, units, standardName, longName }, v): VariableToWrite => ({
        name: names[v]!,
        type: "float32",
        dimensions: ["time", "latitude", "longitude"],
        attributes: {
          units,
          _FillValue: { type: "float32", values: [fillOf.float32] },
          ...(standardName !== undefined && { standard_name: standardName }),
          ...(longName !== undefined && { long_name: longName }),
          ...(names[v] !== name && { selector: name }),
        },
      })),
    ],
  }
  const cells = rows * columns
  await writeWholeNetcdf(path, header, time.hours.length, async (writer) => {
    await writer.write("latitude", grid.latitudes)
    await writer.write("longitude", grid.longitudes)
    for (const [t, hours] of time.hours.entries()) {
      await writer.write("time", [hours - since], { start: [t], count: [1] })
      for (const [v, name] of names.entries()) {
        const at = (t * variables.length + v) * cells
        const field = values.slice(at, at + cells).map((value) => (Number.isFinite(value) ? value : fillOf.float32))
        await writer.write(name, field, { start: [t, 0, 0], count: [1, rows, columns] })
      }
    }
  })
}
