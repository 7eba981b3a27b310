import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { loadTensors } from "../checkpoint/safetensors.ts"
import { compile } from "../compile/compile.ts"
import type { FlatParameters } from "../parameters.ts"
import { expectAllClose } from "../testing/expect-all-close.ts"
import { sharedFolder } from "../testing/shared-folder.ts"
import { testBackends } from "../testing/test-backends.ts"
import { adamw } from "./adamw.ts"
import { clipByGlobalNorm } from "./clip-by-global-norm.ts"
import { sgd } from "./sgd.ts"

const shared = sharedFolder()

describe.each(await testBackends())("optimisers on %s", (backend) => {
  let fixtures: FlatParameters = {}
  beforeAll(async () => {
    expect((await selectBackend({ prefer: backend })).name).toBe(backend)
    if (shared) fixtures = await loadTensors(`${shared}/fixtures/nn_torch.safetensors`)
  })
  afterAll(() => tf.dispose(Object.values(fixtures)))

  const options = { rate: 0.01, betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.05 } as const

  test.skipIf(!shared)("adamw.update follows PyTorch's AdamW (needs ../shared)", async () => {
    const states = tf.unstack(fixtures["adamw.params"]!)
    const gradients = tf.unstack(fixtures["adamw.grads"]!)
    const optimizer = adamw(options)
    let parameters: FlatParameters = { w: states[0]! }
    let state = optimizer.init(parameters)
    for (const [i, gradient] of gradients.entries()) {
      const scalars = Object.fromEntries(Object.entries(optimizer.scalars(i)).map(([name, value]) => [name, tf.scalar(value)]))
      ;({ parameters, state } = optimizer.update(parameters, { w: gradient }, state, scalars))
      await expectAllClose(parameters["w"]!, states[i + 1]!, { tolerance: 1e-6, name: `after update ${i + 1}` })
    }
  })

  test.skipIf(!shared).each(["auto", "eager"] as const)("compiled in mode %s it does too (needs ../shared)", async (mode) => {
    const states = tf.unstack(fixtures["adamw.params"]!)
    const gradients = tf.unstack(fixtures["adamw.grads"]!)
    const step = compile(({ w }: { w: tf.Tensor }, { g }) => tf.sum(tf.mul(w, g!)), {
      parameters: { w: states[0]! },
      optimizer: adamw(options),
      mode,
    })
    expect(step.mode).toBe(backend === "native" && mode === "auto" ? "captured" : "eager")
    for (const [i, g] of gradients.entries()) {
      tf.dispose(step.run({ g }))
      const { w } = step.parameters()
      await expectAllClose(w, states[i + 1]!, { tolerance: 1e-6, name: `after update ${i + 1}` })
    }
    step.dispose()
  })

  test.skipIf(!shared)("clipping follows PyTorch's clip_grad_norm_ (needs ../shared)", async () => {
    const [a, b] = tf.unstack(fixtures["clip.in"]!)
    const { gradients, norm } = clipByGlobalNorm({ a: a!, b: b! }, 2)
    await expectAllClose(norm.reshape([1]), fixtures["clip.norm"]!, { tolerance: 1e-5 })
    await expectAllClose(tf.stack([gradients["a"]!, gradients["b"]!]), fixtures["clip.out"]!, { tolerance: 1e-6 })
  })

  test.each(["auto", "eager"] as const)("groups set decay and rate by name, in mode %s", async (mode) => {
    const groups = (name: string) => (name === "bias" ? { weightDecay: 0, rateScale: 0.5 } : undefined)
    const one = tf.tensor1d([1, 2])
    const parameters = { weight: one, bias: one, idle: one }
    for (const optimizer of [
      adamw({ rate: 0.1, weightDecay: 0.5, epsilon: 1e-12, groups }),
      sgd({ rate: 0.1, momentum: 0.9, weightDecay: 0.5, groups }),
    ]) {
      const step = compile((p: typeof parameters) => tf.add(tf.sum(p.weight), tf.sum(p.bias)), { parameters, optimizer, mode })
      tf.dispose(step.run({}))
      const { weight, bias, idle } = step.parameters()
      // The first update of either optimiser moves by the rate against a gradient of one; decay takes 0.1 * 0.5.
      await expectAllClose(weight, [0.95 - 0.1, 1.9 - 0.1], { tolerance: 1e-6, name: "weight" })
      await expectAllClose(bias, [0.95, 1.95], { tolerance: 1e-6, name: "bias" })
      await expectAllClose(idle, [1, 2], { tolerance: 0, name: "a parameter without a gradient" })
      step.dispose()
    }
  })
})
