// Likelihood over tokens is exact: over all data that a tiny pyramid can tell apart, tokens' probabilities add up (Eq. 2).
import { logLikelihood } from "@scalewise/core"
import { twoScaleModel, twoScaleOutcomes, twoScaleProbability } from "@scalewise/core/testing"
import { selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const { nats } = logLikelihood(twoScaleModel, tf.tensor2d([[1, 0]]), { condition: { label: 0 } }) // coarse token 1, fine tokens 1 and 0
console.log(Math.abs(Math.exp(nats.dataSync()[0]!) - twoScaleProbability([1, 1, 0])) < 1e-6) // → true
console.log(twoScaleOutcomes.reduce((sum, outcome) => sum + twoScaleProbability(outcome), 0).toFixed(6)) // → 1.000000
