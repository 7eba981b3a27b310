// Diffusion is the same loop with noise levels as steps. Here the data are normal, so the best denoiser is known (Eqs. 3 to 6).
import { ddim, evenLevels, gaussianDenoiser, linearNoise, respaced, sample } from "@scalewise/core"
import { selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const schedule = linearNoise()
const denoiser = gaussianDenoiser({ schedule, mean: 2, deviation: 0.5 })
for (const steps of [2, 50]) {
  const process = ddim({ denoiser, schedule: respaced(schedule, evenLevels(schedule, steps)), shape: [1], prediction: "x0" })
  const drawn = await sample(process, { batch: 2000, condition: undefined, seed: 1 })
  const { mean, variance } = tf.moments(drawn)
  console.log(steps, mean.dataSync()[0]!.toFixed(1), Math.sqrt(variance.dataSync()[0]!).toFixed(1))
}
// → 2 2.0 0.0
// → 50 2.0 0.5
