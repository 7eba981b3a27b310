import { refine } from "@scalewise/core"
import { loadImageModel, samplingProcess, shippedModelFolder } from "@scalewise/image"
import { tf } from "@scalewise/nn"
import { imageFigure, type ImageRow, type PageSection } from "@scalewise/report"

/** VAR's guidance at the last scale; it grows from nothing at the first. */
const guidance = 0.5

/** A section with digits that the shipped next-scale model draws: one row for each class, one column for each scale. */
export async function generatedDigits(seed = 1): Promise<PageSection> {
  const model = await loadImageModel(shippedModelFolder())
  try {
    const { height, width } = model.config.tokenizer
    const { grids, steps } = model.tokenizer.schedule
    const classes = Array.from({ length: model.transformer?.config.classes ?? 1 }, (_, label) => label)
    const process = samplingProcess(model, { guidance })
    const strips: tf.Tensor[] = []
    let calls = 0
    for await (const { state, networkCalls } of refine(process, { batch: classes.length, condition: { label: classes }, seed })) {
      strips.push(process.readout(state))
      calls = networkCalls
    }
    const rows = tf.stack(strips, 1) // [N, K, H, W, 1]
    const data = Float32Array.from(await rows.data())
    tf.dispose([...strips, rows])
    const size = steps * height * width
    return {
      title: "Generated digits, scale by scale",
      content: [
        "The whole system of the paper at work: the next-scale model that ships with the package draws one digit of each class. After every scale " +
          "the partial sum is decoded: a blur, a shape, a digit. All tokens of a scale are drawn at once.",
        imageFigure({
          title: "One digit of each class",
          description: `Drawn with guidance that grows to ${guidance}, seed ${seed}, ${calls} network calls each; not chosen.`,
          columns: grids.map(([h, w]) => `${h} x ${w}`),
          rows: classes.map((label): ImageRow => ({
            label: String(label),
            range: [0, 1],
            images: { data: data.subarray(label * size, (label + 1) * size), height, width },
          })),
        }),
      ],
    }
  } finally {
    model.dispose()
  }
}
