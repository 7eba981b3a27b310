import { layers, ops, randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, it } from "vitest"
import { pooledConvolution } from "./pooled-convolution.ts"

describe.each(await testBackends())("on %s", (backend) => {
  beforeAll(() => selectBackend({ prefer: backend }))

  it.each([
    [6, 8, 1, 3],
    [8, 6, 3, 2],
  ])("a pooled convolution of %i x %i x %i is the convolution, pooled; gradients too", async (height, width, channels, outputs) => {
    const conv = layers.conv2d({ inputs: channels, outputs, size: 5 })
    const random = randomStream("pooled")
    const { weight, bias } = conv.init(random.fold("weights"))
    const x = random.fold("x").normal([2, height, width, channels])
    const target = random.fold("target").normal([2, height / 2, width / 2, outputs])
    const plain = (w: tf.Tensor, b: tf.Tensor) => ops.maxPool2d(conv.apply({ weight: w, bias: b }, x))
    const joined = (w: tf.Tensor, b: tf.Tensor) => pooledConvolution({ weight: w, bias: b }, x)
    const [expected, actual] = [plain, joined].map((f) => f(weight, bias!))
    await expectAllClose(actual!, expected!, { tolerance: 1e-5 })
    const gradients = [plain, joined].map((f) => tf.grads((w, b) => tf.sum(tf.mul(f(w, b), target)))([weight, bias!]))
    for (const i of [0, 1]) await expectAllClose(gradients[1]![i]!, gradients[0]![i]!, { tolerance: 1e-5 })
    tf.dispose([weight, bias!, x, target, expected!, actual!, gradients])
  })
})
