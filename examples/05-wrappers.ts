// How a model is sampled is a wrapper around it, and wrappers compose: guidance inside, filters outside, as VAR does.
import { guided, sample, tempered } from "@scalewise/core"
import { twoScaleProcess } from "@scalewise/core/testing"
import { selectBackend } from "@scalewise/nn"

await selectBackend()
const wrapped = tempered(guided(twoScaleProcess, { scale: 3 }), { topK: 1 })
console.log(wrapped.networkCalls!(1)) // → 2
const [first, second] = [
  await sample(wrapped, { batch: 1, condition: { label: 1 }, seed: 1 }),
  await sample(wrapped, { batch: 1, condition: { label: 1 }, seed: 2 }),
]
console.log(first.equal(second).all().dataSync()[0]) // → 1
