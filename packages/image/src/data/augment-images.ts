import { ConfigError, ops, ShapeError, tf, type RandomStream } from "@scalewise/nn"

/** Options of `augmentImages`. */
export interface AugmentImagesOptions {
  /** Mirror left and right, every other image on average. @defaultValue false */
  flip?: boolean
  /** Move by up to so many pixels along each axis; what comes in is black. The same as a random crop after so much padding. @defaultValue 0 */
  shift?: number
}

/**
 * Flips and shifts images at random. What happens to a sample depends on its own stream alone: with the `random` of `prepare` it is the
 * same in any batch, another one every epoch, and the same again in a resumed run.
 *
 *     prepare: ({ data, random }) => ({ ...data, image: augmentImages(data.image!, random.fold("augment"), { shift: 2 }) })
 *
 * @param image - [B, H, W, C]
 * @param random - a stream with one branch a sample, such as `stream.samples(ids)`
 * @throws ShapeError where the images are not of rank 4, ConfigError for a shift that is no whole number
 */
export function augmentImages(image: tf.Tensor, random: RandomStream, { flip = false, shift = 0 }: AugmentImagesOptions): tf.Tensor {
  if (image.rank !== 4) throw new ShapeError(`augmentImages: expected images [B, H, W, C], got [${image.shape.join(", ")}]`)
  if (!Number.isInteger(shift) || shift < 0)
    throw new ConfigError(`augmentImages: expected a shift in whole pixels from 0 on, got ${shift}; 2 suits images of 28 x 28`)
  if (!flip && shift === 0) return image.clone()
  const [batch, height, width, channels] = image.shape as [number, number, number, number]
  const flips = flip ? random.fold("flip").uniformValues([batch]) : undefined
  const [downs, rights] = ["down", "right"].map((axis) => random.fold(axis).integers(batch, 2 * shift + 1)) as [Int32Array, Int32Array]
  const black = batch * height * width // one more pixel, after all others
  const source = new Int32Array(batch * height * width).fill(black)
  for (let b = 0; b < batch; b++) {
    const [down, right] = [downs[b]! - shift, rights[b]! - shift]
    const mirrored = flips !== undefined && flips[b]! < 0.5
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      const to = (b * height + y) * width
      const from = (b * height + y - down) * width
      for (let x = Math.max(0, right); x < Math.min(width, width + right); x++)
        source[to + x] = from + (mirrored ? width - 1 - (x - right) : x - right)
    }
  }
  return tf.tidy(() => {
    const pixels = tf.concat([image.reshape([-1, channels]), tf.zeros([1, channels])]) // [B H W + 1, C]
    return ops.embedding(pixels, tf.tensor(source, [batch, height, width], "int32")) // [B, H, W, C]
  })
}
