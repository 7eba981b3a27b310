// A discrete chain that masks tokens, walked back: every step fills in some, as in MaskGIT. Few steps are few network calls.
import { absorbingChain, d3pm, refine } from "@scalewise/core"
import { selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const law = tf.log(tf.tensor1d([0.7, 0.2, 0.1]))
const chain = absorbingChain({ states: 3, levels: 4 }) // state 3 is the mask
const process = d3pm({ chain, sites: 1000, network: (tokens) => tf.tile(law.reshape([1, 1, 3]), [tokens.shape[0], 1000, 1]) })
for await (const { step, state } of refine(process, { batch: 1, condition: undefined, seed: 1 })) {
  const masked = tf.sum(tf.equal(state, 3)).dataSync()[0]! / 1000
  console.log(step, masked.toFixed(1))
}
// → 1 0.8
// → 2 0.5
// → 3 0.3
// → 4 0.0
