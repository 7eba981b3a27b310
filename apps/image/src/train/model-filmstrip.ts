import { refine } from "@scalewise/core"
import type { ImageDataset, ImageModel } from "@scalewise/image"
import { tf } from "@scalewise/nn"
import { imageSheet } from "@scalewise/report"

/**
 * A sheet of pictures, one row for each of ten given images (the original, then its reconstruction after each scale) and, where there is a
 * generator, one row for each of ten samples (after each scale).
 */
export async function modelFilmstrip(model: ImageModel, shown: ImageDataset, seed: number): Promise<Uint8Array> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { height, width, autoencoder } = tokenizer.config
  const count = Math.min(10, shown.size)
  const pixels = await shown.read(Array.from({ length: count }, (_, row) => row))
  const originals = tf.tensor4d(pixels, [count, height, width, autoencoder.imageChannels])
  const strips: tf.Tensor[] = tf.tidy(() => {
    const codes = tokenizer.multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, originals))
    return [originals.clone(), ...codes.map(({ partial }) => tokenizer.render(parameters, tokenizer.multiScale.form.toLatent(partial)))]
  })
  originals.dispose()
  if (model.transformer) {
    const { classes } = model.transformer.config
    const label = classes === 0 ? undefined : Array.from({ length: count }, (_, index) => index % classes)
    strips.push(tf.zerosLike(strips[0]!))
    for await (const { state } of refine(model.process, { batch: count, condition: { label }, seed }))
      strips.push(model.process.readout(state))
  }
  const rows = tf.stack(strips, 1) // [N, columns, H, W, C]
  const data = Float32Array.from(await rows.data())
  tf.dispose([...strips, rows])
  return imageSheet(
    { data, height, width, channels: autoencoder.imageChannels === 3 ? 3 : 1 },
    { columns: strips.length, zoom: 2, gap: 2, range: [0, 1] },
  )
}
