// Randomness is an argument: sample 5 of a seed is the same alone, in a batch, and in any order.
import { sample } from "@scalewise/core"
import { twoScaleProcess } from "@scalewise/core/testing"
import { randomStream, selectBackend } from "@scalewise/nn"

await selectBackend()
const condition = { label: 0 }
const together = await sample(twoScaleProcess, { batch: 8, condition, seed: 3 })
const alone = await sample(twoScaleProcess, { batch: [5], condition, seed: 3 })
console.log(together.slice([5], [1]).equal(alone).all().dataSync()[0]) // → 1
const stream = randomStream(3)
console.log(stream.fold("a").normalValues([1])[0] === stream.fold("a").normalValues([1])[0]) // → true
console.log(stream.fold("a").normalValues([1])[0] === stream.fold("b").normalValues([1])[0]) // → false
