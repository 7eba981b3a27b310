// One sampling loop for everything: an async generator with one value a step (Eqs. 10 and 17 to 20).
import { refine } from "@scalewise/core"
import { twoScaleProcess } from "@scalewise/core/testing"
import { selectBackend } from "@scalewise/nn"

await selectBackend()
for await (const { step, state, networkCalls } of refine(twoScaleProcess, { batch: 2, condition: { label: 0 }, seed: 1 }))
  console.log(step, networkCalls, state.tokens.shape)
// → 1 1 [ 2, 1 ]
// → 2 2 [ 2, 3 ]
