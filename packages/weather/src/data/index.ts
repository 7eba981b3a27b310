// Data: files of gridded fields as series of states
export { openGridded, type GriddedDataset, type GriddedVariable, type OpenGriddedOptions } from "./open-gridded.ts"
export { writeSeries, type WriteSeriesOptions } from "./write-series.ts"
export { readSeries, type ReadSeriesOptions } from "./read-series.ts"
export { griddedFile, type FileField, type GriddedFile } from "./gridded-file.ts"
export type { FieldSeries, FieldVariable } from "./field-series.ts"
export type { TimeAxis } from "./time-axis.ts"
export { makeTimeAxis } from "./make-time-axis.ts"

// Data: files as named arrays
export { openArrayFile } from "./open-array-file.ts"
export type {
  ArrayDimension,
  ArrayFile,
  ArrayFormat,
  ArrayVariable,
  Attributes,
  AttributeValue,
  Hyperslab,
  StoredType,
  StoredValues,
} from "./array-file.ts"
export { packingOf, unpackAll, unpacker, type Packing } from "../cf/packing.ts"

// Data: what is in a file
export {
  describeFile,
  type DescribedFile,
  type DescribedGrid,
  type DescribedTime,
  type DescribedVariable,
  type FileDescription,
} from "./describe-file.ts"

// Data: files to write
export { createNetcdf, type CreateNetcdfOptions, type NetcdfWriter } from "../netcdf/netcdf-writer.ts"
export type { HeaderToWrite, TypedAttributes, VariableToWrite, WritableType } from "../netcdf/encode-header.ts"
export { convertToNetcdf, type ConvertToNetcdfOptions } from "../netcdf/convert-to-netcdf.ts"

// Data: where to get some
export { publicSets, type PublicSet } from "./public-sets.ts"

// Forecast files
export {
  createForecastFile,
  type CreateForecastFileOptions,
  type ForecastBlock,
  type ForecastFile,
} from "../forecast/create-forecast-file.ts"
export { openForecastFile } from "../forecast/open-forecast-file.ts"
export type { ForecastSource } from "../forecast/forecast-source.ts"
export type { ForecastContents, ForecastLayoutName } from "../forecast/forecast-layout.ts"

// Calendars
export { dateAt, formatDate, hoursOf, parseDate, yearFraction, type Calendar, type CalendarDate } from "../calendar/calendar.ts"
export { parsePeriod } from "../calendar/parse-period.ts"
export { parseSpan, type Period } from "../calendar/parse-span.ts"

// Units
export { canonicalUnits, unitConversion } from "../cf/unit-conversion.ts"

// Grids
export { cellCount, rowWeights, type LatLonGrid } from "../grid/lat-lon-grid.ts"
export { gridText } from "../grid/grid-text.ts"
export { sameGrid } from "../grid/same-grid.ts"
