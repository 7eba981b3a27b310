// The same with few levels a number: each scale codes what the quantised scales before it left (Eqs. 12 to 16).
import { finiteScalarQuantiser, gridSchedule, multiScaleQuantiser, pyramidProcess, scaledQuantiser } from "@scalewise/core"
import { randomStream, selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const quantiser = scaledQuantiser(finiteScalarQuantiser({ levels: [7, 7] }), { gains: [2, 1, 1] })
const tokenizer = multiScaleQuantiser({ schedule: gridSchedule([1, 2, 4]), quantiser })
const parameters = tokenizer.init(randomStream("weights"))
const latents = randomStream("latents").normal([32, 4, 4, 2]) // [B, H, W, C]
const tokens = pyramidProcess(tokenizer, parameters).targets(latents, randomStream("unused"))
console.log(tokens.map(({ shape }) => shape[1])) // → [ 1, 4, 16 ]
const errors = tokenizer.accumulate(parameters, tokens).map((sum) => tf.sub(latents, sum).square().mean().dataSync()[0]!)
console.log(
  errors.every((error, k) => k === 0 || error < errors[k - 1]!),
  errors.at(-1)! < 0.3 * errors[0]!,
) // → true true
