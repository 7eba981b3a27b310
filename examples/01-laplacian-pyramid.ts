// A picture is a blur and what each finer scale adds to it; the sum is the picture (Eqs. 7 to 9).
import { gridSchedule, laplacianPyramid, reconstructLaplacian } from "@scalewise/core"
import { randomStream, selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const schedule = gridSchedule([1, 2, 4, 8])
const picture = randomStream("picture").uniform([1, 8, 8, 1]) // [B, H, W, C]
const bands = laplacianPyramid(picture, schedule)
console.log(bands.map(({ shape }) => shape[1])) // → [ 1, 2, 4, 8 ]
const error = tf.sub(reconstructLaplacian(bands, schedule), picture).abs().max()
console.log(error.dataSync()[0]! < 1e-5) // → true
