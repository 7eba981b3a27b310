import { ConfigError, ops, tf } from "@scalewise/nn"
import { principalDirections } from "../linear/principal-directions.ts"

// B fields, H x W grid, V variables, p side of a patch, P = p p V numbers of a patch, C channels; h = ceil(H / p), w = ceil(W / p)

/** Fields as vectors of patches over all variables. */
export interface LinearLatent {
  /** p. */
  readonly patch: number
  /** C. */
  readonly channels: number
  /** The grid of the latent. */
  readonly grid: readonly [height: number, width: number]
  /** Fields [B, H, W, V] to [B, h, w, C]. */
  encode(fields: tf.Tensor): tf.Tensor
  /** The inverse, exact where C = P. */
  decode(latent: tf.Tensor): tf.Tensor
}

/** Options of `linearLatent`. */
export interface LinearLatentOptions {
  /** H and W of the fields. */
  readonly height: number
  readonly width: number
  /** V. */
  readonly variables: number
  /** p. */
  readonly patch: number
  /** Orthonormal columns [P, C]; patches are taken as they are where it is absent. It stays the caller's. */
  readonly basis?: tf.Tensor
}

/**
 * A linear autoencoder of patches over all variables jointly. Grids that p does not divide are continued at their edge with copies, which
 * decoding drops.
 */
export function linearLatent({ height, width, variables, patch, basis }: LinearLatentOptions): LinearLatent {
  const size = patch * patch * variables
  const grid = [Math.ceil(height / patch), Math.ceil(width / patch)] as const
  const [tall, wide] = [grid[0] * patch, grid[1] * patch]
  const patches = (fields: tf.Tensor): tf.Tensor => {
    if (patch === 1) return fields
    const rows = tall === height ? fields : tf.concat([fields, ...repeated(fields.slice([0, height - 1], [-1, 1]), tall - height)], 1)
    const columns = wide === width ? rows : tf.concat([rows, ...repeated(rows.slice([0, 0, width - 1], [-1, -1, 1]), wide - width)], 2)
    return ops.pixelUnshuffle(columns, patch)
  }
  const whole = (latent: tf.Tensor): tf.Tensor => {
    if (patch === 1) return latent
    return ops.pixelShuffle(latent, patch).slice([0, 0, 0, 0], [-1, height, width, -1])
  }
  return {
    patch,
    channels: basis?.shape[1] ?? size,
    grid,
    encode: (fields) => tf.tidy(() => (basis ? ops.matMul(patches(fields), basis) : patches(fields)).clone()),
    decode: (latent) => tf.tidy(() => whole(basis ? ops.matMul(latent, basis, { transposeB: true }) : latent).clone()),
  }
}

/**
 * The C leading directions of patches of fields [B, H, W, V], [P, C]: the best linear autoencoder in the mean square.
 *
 * @throws ConfigError for more channels than a patch has numbers
 */
export async function fitLatentBasis(
  fields: tf.Tensor,
  { channels, ...options }: Omit<LinearLatentOptions, "basis"> & { readonly channels: number },
): Promise<tf.Tensor> {
  const { patch, variables } = options
  const size = patch * patch * variables
  if (channels < 1 || channels > size)
    throw new ConfigError(
      `latent: expected 1 to ${size} channels for patches of ${patch} x ${patch} cells and ${variables} variables, got ${channels}`,
    )
  const rows = tf.tidy(() => linearLatent(options).encode(fields).reshape([-1, size]))
  const directions = await principalDirections(rows)
  const basis = tf.tidy(() => tf.transpose(directions.slice([0, 0], [channels, -1])))
  tf.dispose([rows, directions])
  return basis
}

const repeated = (edge: tf.Tensor, times: number): tf.Tensor[] => Array.from({ length: times }, () => edge)
