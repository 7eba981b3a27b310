// Data: files of gridded fields as series of states
export { openGridded, type GriddedDataset, type GriddedVariable, type OpenGriddedOptions } from "./data/open-gridded.ts"
export { readSeries, type ReadSeriesOptions } from "./data/read-series.ts"
export { griddedFile, type FileField, type GriddedFile } from "./data/gridded-file.ts"
export type { FieldSeries, FieldVariable } from "./data/field-series.ts"
export type { TimeAxis } from "./data/time-axis.ts"
export { makeTimeAxis } from "./data/make-time-axis.ts"

// Data: files as named arrays
export { openArrayFile } from "./data/open-array-file.ts"
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
} from "./data/array-file.ts"
export { packingOf, unpack, unpackAll, type Packing } from "./cf/packing.ts"

// Calendars
export { dateAt, formatDate, hoursOf, parseDate, yearFraction, type Calendar, type CalendarDate } from "./calendar/calendar.ts"
export { parsePeriod } from "./calendar/parse-period.ts"

// Units
export { canonicalUnits, unitConversion } from "./cf/unit-conversion.ts"

// Grids
export { cellCount, rowWeights, type LatLonGrid } from "./grid/lat-lon-grid.ts"
export { gridText } from "./grid/grid-text.ts"
export { sameGrid } from "./grid/same-grid.ts"
