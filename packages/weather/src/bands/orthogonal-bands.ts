import { ConfigError, ops, tf } from "@scalewise/nn"
import type { GridSchedule, Resampler } from "@scalewise/core"
import { Matrix, pseudoInverse } from "ml-matrix"

// H x W grid of the field, h x w grid of a level

/**
 * The kernel that goes down for which bands do not overlap: a level is the least-squares fit of the field by what the bilinear kernel,
 * scale after scale, can make of a coarser grid. Going down and up again is then an orthogonal projection, and the residuals of a
 * pyramid whose levels are reduced from the finest (`from: "finest"`) are orthogonal to all coarser ones (the pseudo-inverse of a
 * Laplacian pyramid; Do and Vetterli, "Framing pyramids", 2003).
 *
 * With means over cells instead, each residual holds a part of the waves of the coarser scale, which a generator would have to draw twice.
 */
export function leastSquaresDown(schedule: GridSchedule): Resampler {
  const [height, width] = schedule.finest
  const matrices = new Map(
    schedule.grids.slice(0, -1).map((grid, index) => {
      const chain = (axis: 0 | 1): Float32Array => {
        const sides = schedule.grids.slice(index).map((one) => one[axis])
        const up = sides.slice(1).reduce((product, to, i) => upMatrix(sides[i]!, to).mmul(product), Matrix.eye(sides[0]!))
        return Float32Array.from(pseudoInverse(up).to1DArray())
      }
      return [grid.join("x"), { rows: chain(0), columns: chain(1) }] as const
    }),
  )
  return (x, [h, w]) => {
    const found = matrices.get(`${h}x${w}`)
    if (!found || x.shape[1] !== height || x.shape[2] !== width)
      throw new ConfigError(
        `leastSquaresDown: expected a field on the finest grid and a grid of the schedule, got [${x.shape.join(", ")}] to ${h}x${w}`,
      )
    const [batch, , , channels] = x.shape as [number, number, number, number]
    return tf.tidy(() => {
      const high = ops
        .matMul(tf.tensor2d(found.rows, [h, height]), x.reshape([batch, height, width * channels]))
        .reshape([batch * h, width, channels])
      return ops.matMul(tf.tensor2d(found.columns, [w, width]), high).reshape([batch, h, w, channels])
    })
  }
}

const upMatrix = (from: number, to: number): Matrix => Matrix.from1DArray(to, from, Array.from(ops.resamplingMatrix("bilinear", from, to)))
