// A loss is a pure function; compile makes a training step of it, captured as one graph where the backend can.
import { adamw, compile, cosine, layers, randomStream, selectBackend, tf } from "@scalewise/nn"

await selectBackend()
const network = layers.mlp({ widths: [1, 32, 1] })
const x = tf.linspace(-1, 1, 64).reshape([64, 1])
const y = tf.sin(tf.mul(x, Math.PI))
const step = compile((parameters, inputs) => tf.losses.meanSquaredError(inputs["y"]!, network.apply(parameters, inputs["x"]!)), {
  parameters: network.init(randomStream("weights")),
  optimizer: adamw({ rate: cosine(0.02, 300), weightDecay: 0 }),
})
const losses: number[] = []
for (let i = 0; i < 300; i++) {
  const { loss } = step.run({ x, y })
  losses.push(loss!.dataSync()[0]!)
  loss!.dispose()
}
console.log(losses[0]! > 0.1, losses.at(-1)! < 0.01) // → true true
step.dispose()
