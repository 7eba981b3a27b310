// Pages
export { page, type PageContent, type PageOptions, type PageSection } from "./page/page.ts"
export { escapeHtml, html, type Html, type HtmlValue } from "./html.ts"

// Charts
export { barChart, type Bar, type BarChartOptions } from "./chart/bar-chart.ts"
export type { Chart, ChartAxis, ChartOptions, ChartReference } from "./chart/chart.ts"
export { dotChart, type Dot, type DotChartOptions } from "./chart/dot-chart.ts"
export { lineChart, meanBand, type LineChartOptions, type LinePoint, type LineSeries } from "./chart/line-chart.ts"
export { plumeChart, type PlumeChartOptions, type PlumeClimatology } from "./chart/plume-chart.ts"
export { rankHistogram, type RankHistogramOptions, type RankShares } from "./chart/rank-histogram.ts"
export {
  reliabilityDiagram,
  type ReliabilityBin,
  type ReliabilityDiagramOptions,
  type ReliabilitySeries,
} from "./chart/reliability-diagram.ts"
export { scatterChart, type ScatterChartOptions, type ScatterPoint, type ScatterSeries } from "./chart/scatter-chart.ts"

// Tables and numbers
export { formatMeanSd, formatNumber, type FormatNumberOptions } from "./format-number.ts"
export { spread, type Spread } from "./spread.ts"
export { table, type TableCell, type TableOptions, type TableRow } from "./table/table.ts"

// Pictures
export type { DrawnGraph, EdgeStyle } from "./graph/draw-graph.ts"
export { graphFilm, type FilmPicture, type GraphFilmOptions } from "./graph/graph-film.ts"
export { graphFigure, type GraphFigureOptions, type GraphRow } from "./graph/graph-figure.ts"
export { imageFigure, pngDataUri, type ImageFigureOptions, type ImageRow } from "./image/image-figure.ts"
export { imageSheet, type ImageSheetOptions, type ImageStack, type PixelOptions } from "./image/image-sheet.ts"

// Maps
export type { MapPalette } from "./map/color-scale.ts"
export { mapFilm, type MapFilmOptions, type MapFrame } from "./map/map-film.ts"
export { mapFigure, type MapFigureOptions, type MapRow } from "./map/map-figure.ts"
export type { MapGrid } from "./map/map-grid.ts"
export type { MapPoint } from "./map/map-panel.ts"
export type { MapRendering } from "./map/map-window.ts"
