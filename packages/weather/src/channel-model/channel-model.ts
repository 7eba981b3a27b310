import { ConfigError, type RandomStream } from "@scalewise/nn"
import { laplacian, subtractAdvection, type ChannelGrid } from "./channel-grid.ts"
import { vorticityInverter } from "./invert-vorticity.ts"

/** The numbers of the model; the defaults give winters and summers of the middle latitudes. */
export interface ChannelModelOptions {
  /** Rows between the walls. @defaultValue 24 */
  readonly rows?: number
  /** A power of two. @defaultValue 64 */
  readonly columns?: number
  /** Metres round the channel: the circle of 45 degrees. @defaultValue 28.3e6 */
  readonly length?: number
  /** Metres between rows: 2.5 degrees. @defaultValue 278e3 */
  readonly rowSpacing?: number
  /** Mean speed of the jet that the heating drives, upper less lower layer, m/s. @defaultValue 42 */
  readonly jet?: number
  /** By what part of it the jet is stronger in midwinter and weaker in midsummer. @defaultValue 0.25 */
  readonly season?: number
  /** Day of the year on which the model begins, 0 for 1 January. @defaultValue 0 */
  readonly startDay?: number
  /** Height of the mountains, as a vorticity, 1/s. @defaultValue 1.2e-5 */
  readonly mountains?: number
}

/** The model in motion. Fields are [rows + 2, columns], south to north, the first and last row on the walls. */
export interface ChannelModel {
  readonly grid: ChannelGrid
  /** Streamfunctions of the layers, m2/s. */
  readonly upper: Float64Array
  readonly lower: Float64Array
  /** Lets so many hours pass. */
  advance(hours: number): void
}

const day = 86_400
const secondsPerStep = 3600
const yearDays = 365.2425
/** Gradient of the Coriolis parameter at 45 degrees, 1/(m s). */
const beta = 1.62e-11
/** Radius of deformation of a layer, m. */
const deformation = 900e3
/** Days in which heating pulls the layers' difference to the jet, and in which the ground stops the lower layer. */
const heatingDays = 18
const dragDays = 5
/** Times the step: weights of the newest tendency and the two before, as far as there are any. */
const adamsBashforth = [
  [1, 0, 0],
  [3 / 2, -1 / 2, 0],
  [23 / 12, -16 / 12, 5 / 12],
].map((weights) => weights.map((weight) => weight * secondsPerStep)) as [number, number, number][]
/** Hours in which waves of two grid lengths are smoothed away. */
const smoothingHours = 5

/**
 * A two-layer quasi-geostrophic channel: the simplest flow with weather in it (Phillips, Quarterly Journal of the Royal Meteorological
 * Society 77, 1951; Pedlosky, Geophysical Fluid Dynamics, 1987, chapter 7). Heating keeps up a jet, the jet is baroclinically unstable,
 * its storms travel east, are steered by two ranges of mountains, mix the jet away, and decay.
 *
 * With potential vorticities q1 = del2 psi1 - F (psi1 - psi2) + beta y and q2 = del2 psi2 + F (psi1 - psi2) + beta y + mountains,
 * dq/dt + J(psi, q) = heating, drag, smoothing. Steps are of an hour (Adams-Bashforth, third order).
 *
 * @param random - of the first disturbance, from which all else follows
 * @throws ConfigError for columns that are no power of two
 */
export function channelModel(random: RandomStream, options: ChannelModelOptions = {}): ChannelModel {
  const {
    rows = 24,
    columns = 64,
    length = 28.3e6,
    rowSpacing = 278e3,
    jet = 42,
    season = 0.25,
    startDay = 0,
    mountains = 1.2e-5,
  } = options
  if (!(columns >= 8 && Number.isInteger(Math.log2(columns))))
    throw new ConfigError(`channel model: expected columns that are a power of two, 8 or more, got ${columns}; take 64`)
  const grid: ChannelGrid = { rows, columns, dx: length / columns, dy: rowSpacing }
  const size = (rows + 2) * columns
  const field = (): Float64Array => new Float64Array(size)
  const coupling = 1 / (deformation * deformation)
  const invert = vorticityInverter(grid, 2 * coupling)

  const middle = (rows + 1) / 2
  const width = 900e3 / rowSpacing
  const ground = field()
  const planet = field()
  const drive = new Float64Array(rows + 2)
  for (let row = 0; row < rows + 2; row++) {
    // The integral of a sech2 profile, less 0 in the middle.
    drive[row] = -jet * width * rowSpacing * Math.tanh((row - middle) / width)
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column
      planet[at] = beta * (row - middle) * rowSpacing
      ground[at] =
        planet[at] +
        mountains *
          (ridge(column / columns, 0.18, 0.05) + 0.7 * ridge(column / columns, 0.66, 0.07)) *
          Math.exp(-(((row - middle) / (0.35 * rows)) ** 2))
    }
  }
  const drag = 1 / (dragDays * day)
  const smoothing = (Math.min(grid.dx, grid.dy) / Math.PI) ** 4 / (smoothingHours * 3600)

  const [upper, lower, q1, q2, total1, total2, first, second] = [field(), field(), field(), field(), field(), field(), field(), field()]
  const mean = field()
  const difference = field()
  const tendencies = Array.from({ length: 3 }, () => [field(), field()] as const)
  let steps = 0
  let strength = 1

  const noise = random.normalValues([2, size])
  for (let row = 1; row <= rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column
      q1[at] = -coupling * drive[row]! + 1e-5 * noise[at]!
      q2[at] = coupling * drive[row]! + 1e-5 * noise[size + at]!
    }
  }

  const findFlow = (): void => {
    strength = 1 + season * Math.cos((2 * Math.PI * (startDay + (steps * secondsPerStep) / day - 15)) / yearDays)
    for (let i = 0; i < size; i++) {
      mean[i] = (q1[i]! + q2[i]!) / 2
      difference[i] = q1[i]! - q2[i]!
    }
    // The walls let no flow through: the upper layer's total transport is the jet's, the lower layer's is none.
    for (const row of [0, rows + 1]) {
      const wall = strength * drive[row]!
      mean.fill(wall / 2, row * columns, (row + 1) * columns)
      difference.fill(wall, row * columns, (row + 1) * columns)
    }
    invert({ mean, difference })
    for (let i = 0; i < size; i++) {
      upper[i] = mean[i]! + difference[i]! / 2
      lower[i] = mean[i]! - difference[i]! / 2
    }
  }

  const smooth = (q: Float64Array, tendency: Float64Array): void => {
    // Nothing is smoothed across the walls.
    q.copyWithin(0, columns, 2 * columns)
    q.copyWithin(size - columns, size - 2 * columns, size - columns)
    laplacian(grid, q, second)
    second.copyWithin(0, columns, 2 * columns)
    second.copyWithin(size - columns, size - 2 * columns, size - columns)
    laplacian(grid, second, first)
    for (let at = columns; at < size - columns; at++) tendency[at] = tendency[at]! - smoothing * first[at]!
  }

  const step = (): void => {
    const [newest1, newest2] = tendencies[steps % 3]!
    newest1.fill(0)
    newest2.fill(0)
    // Along the walls the flow slips freely: the relative vorticity there is none.
    slipAlongWalls(q1, upper, lower, -coupling, columns)
    slipAlongWalls(q2, upper, lower, coupling, columns)
    addFields(q1, planet, total1)
    addFields(q2, ground, total2)
    subtractAdvection(grid, upper, total1, newest1)
    subtractAdvection(grid, lower, total2, newest2)
    laplacian(grid, lower, first)
    for (let row = 1; row <= rows; row++) {
      const target = strength * drive[row]!
      const rate = coupling / (heatingDays * day)
      for (let at = row * columns; at < (row + 1) * columns; at++) {
        const heating = rate * (upper[at]! - lower[at]! - target)
        newest1[at] = newest1[at]! + heating
        newest2[at] = newest2[at]! - heating - first[at]! * drag
      }
    }
    smooth(q1, newest1)
    smooth(q2, newest2)
    const [a, b, c] = adamsBashforth[Math.min(steps, 2)]!
    const [older1, older2] = tendencies[(steps + 2) % 3]!
    const [oldest1, oldest2] = tendencies[(steps + 1) % 3]!
    for (let at = columns; at < size - columns; at++) {
      q1[at] = q1[at]! + a * newest1[at]! + b * older1[at]! + c * oldest1[at]!
      q2[at] = q2[at]! + a * newest2[at]! + b * older2[at]! + c * oldest2[at]!
    }
    steps++
    findFlow()
  }

  findFlow()
  return {
    grid,
    upper,
    lower,
    advance(hours) {
      for (let hour = 0; hour < hours; hour++) step()
    },
  }
}

function slipAlongWalls(q: Float64Array, upper: Float64Array, lower: Float64Array, factor: number, columns: number): void {
  for (let column = 0; column < columns; column++) {
    for (const at of [column, q.length - columns + column]) q[at] = factor * (upper[at]! - lower[at]!)
  }
}

function addFields(a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!
}

/** A range of mountains across the channel, 1 at its crest. */
function ridge(at: number, crest: number, width: number): number {
  const distance = Math.abs(at - crest)
  return Math.exp(-((Math.min(distance, 1 - distance) / width) ** 2))
}
