import { adamw, compile, randomStream, selectBackend, tf, type Parameters } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { gridSchedule } from "../pyramid/grid-schedule.ts"
import { bitwiseQuantiser } from "./bitwise-quantiser.ts"
import { finiteScalarQuantiser } from "./finite-scalar-quantiser.ts"
import { multiScaleQuantiser, type MultiScaleParameters } from "./multi-scale-quantiser.ts"
import type { Quantiser } from "./quantiser.ts"
import { scaledQuantiser } from "./scaled-quantiser.ts"
import { vectorQuantiser } from "./vector-quantiser.ts"

const gains = [1, 1, 1]
const quantisers: Record<string, Quantiser> = {
  "vector codes": vectorQuantiser({ channels: 4, codes: 16 }),
  "averaged cosine codes": vectorQuantiser({ channels: 4, codes: 16, metric: "cosine", learning: "average" }),
  bits: scaledQuantiser(bitwiseQuantiser({ channels: 4 }), { gains }),
  "finite scalars": scaledQuantiser(finiteScalarQuantiser({ levels: [5, 5, 4, 4] }), { gains }),
}

type Trained = { readonly shift: tf.Tensor; readonly coder: MultiScaleParameters<Parameters> }

// A tokenizer's training step must be one TensorFlow graph where the native backend is there
describe.skipIf(!(await testBackends()).includes("native"))("a training step through the multi-scale quantiser (native backend)", () => {
  it.each(Object.entries(quantisers))("is captured, with the losses of the eager step: %s", async (_, quantiser) => {
    await selectBackend({ prefer: "native" })
    const multiScale = multiScaleQuantiser({ schedule: gridSchedule([1, 2, 4]), quantiser, phi: { count: 2 } })
    const losses = (["eager", "captured"] as const).map((mode) => {
      const step = compile<Trained>(
        ({ shift, coder }, { x }) => {
          const latent = x!.add(shift)
          const codes = multiScale.encode(coder, latent)
          const decoded = multiScale.pass(latent, codes).sub(x!).square().mean()
          return multiScale.loss(latent, codes).add(multiScale.regulariser(coder, codes).mul(0.1)).add(decoded)
        },
        { parameters: { shift: tf.zeros([4]), coder: multiScale.init(randomStream(1)) }, optimizer: adamw({ rate: 1e-2 }), mode },
      )
      const values = [0, 1, 2, 3].map((i) => step.run({ x: randomStream(5).fold(i).normal([8, 4, 4, 4]) })["loss"]!.dataSync()[0]!)
      step.dispose()
      return values
    })
    for (const [i, value] of losses[0]!.entries()) expect(losses[1]![i]).toBeCloseTo(value, 4)
  })
})
