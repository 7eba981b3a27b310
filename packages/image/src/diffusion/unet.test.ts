import {
  compile,
  compileFunction,
  ConfigError,
  adamw,
  countParameters,
  flattenParameters,
  randomStream,
  selectBackend,
  ShapeError,
  tf,
  unflattenParameters,
  type TrainStep,
} from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { diffusionPresets } from "./diffusion-presets.ts"
import { timeFeatures } from "./time-features.ts"
import { unet, type UnetConfig, type UnetParameters } from "./unet.ts"

const backends = await testBackends()
beforeAll(() => selectBackend())

const small: UnetConfig = { height: 6, width: 6, channels: 2, classes: 3, widths: [8, 12], depth: 1, context: 16, groups: 4 }
const random = randomStream("unet")

const inputsOf = ({ height, width, channels, classes }: UnetConfig, batch: number) => ({
  x: random.fold("x").normal([batch, height, width, channels]),
  times: tf.tensor1d(Array.from({ length: batch }, (_, b) => 1 + 37 * b)),
  labels: tf.tensor1d(Array.from({ length: batch }, (_, b) => b % (classes + 1)), "int32"), // prettier-ignore
  target: random.fold("target").normal([batch, height, width, channels]),
})

/** Parameters with nothing at zero: the last convolution hides everything before it while it is. */
const lively = (config: UnetConfig): UnetParameters => {
  const parameters = unet(config).init(random.fold("parameters"))
  return { ...parameters, leave: { weight: random.fold("leave").normal(parameters.leave.weight.shape), bias: tf.ones([config.channels]) } }
}

describe("unet", () => {
  it("has the size of the prototype and predicts 0 untrained", () => {
    const { network } = diffusionPresets["mnist-ddpm"]!.diffusion
    const made = unet(network)
    const parameters = made.init(random)
    expect(countParameters(parameters)).toBe(955_521)
    const { x, times, labels } = inputsOf(network, 2)
    const y = made.apply(parameters, x, times, labels)
    expect(y.shape).toEqual([2, 28, 28, 1])
    expect(Math.max(...y.abs().dataSync())).toBe(0)
  })

  it.each([
    ["odd sides", { height: 7, width: 5, widths: [8, 12, 8] }],
    ["one level", { widths: [8] }],
    ["deep and unconditional", { depth: 2, classes: 0 }],
    ["one pixel", { height: 1, width: 1, widths: [4, 4] }],
    ["channels that no group divides", { widths: [7, 11] }],
  ])("keeps the shape: %s", (_, change) => {
    const config = { ...small, ...change }
    const { x, times, labels } = inputsOf(config, 3)
    const y = unet(config).apply(lively(config), x, times, labels)
    expect(y.shape).toEqual(x.shape)
    expect(Number.isFinite(tf.sum(y).dataSync()[0])).toBe(true)
  })

  it("listens to time and class, and each sample to its own", () => {
    const parameters = lively(small)
    const network = unet(small)
    const { x } = inputsOf(small, 1)
    const at = (time: number, label: number) => network.apply(parameters, x, tf.tensor1d([time]), tf.tensor1d([label], "int32"))
    const distance = (a: tf.Tensor, b: tf.Tensor) => tf.sub(a, b).abs().max().dataSync()[0]!
    expect(distance(at(10, 0), at(500, 0))).toBeGreaterThan(1e-3)
    expect(distance(at(10, 0), at(10, 3))).toBeGreaterThan(1e-4)
    const both = network.apply(parameters, tf.concat([x, x]), tf.tensor1d([10, 500]), tf.tensor1d([0, 2], "int32"))
    const [first, second] = tf.split(both, 2)
    expect(distance(first!, at(10, 0))).toBeLessThan(1e-4)
    expect(distance(second!, at(500, 2))).toBeLessThan(1e-4)
  })

  it("refuses sizes that cannot work", () => {
    expect(() => unet({ ...small, widths: [] })).toThrow(ConfigError)
    expect(() => unet({ ...small, widths: [8, 0] })).toThrow(/unet widths\.1: expected a positive integer, got 0/)
    expect(() => unet({ ...small, context: 18 })).toThrow(/multiple of 4/)
    expect(() => unet({ ...small, classes: -1 })).toThrow(/classes/)
    const { times, labels } = inputsOf(small, 2)
    expect(() => unet(small).apply(lively(small), tf.zeros([2, 5, 6, 2]), times, labels)).toThrow(ShapeError)
  })

  it("tells times apart", () => {
    const features = timeFeatures(tf.tensor1d([1, 2, 500, 501]), 32)
    expect(features.shape).toEqual([4, 32])
    const [a, b, c, d] = tf.unstack(features).map((row) => [...row.dataSync()])
    expect(a![0]).toBeCloseTo(Math.cos(1), 5)
    expect(a![16]).toBeCloseTo(Math.sin(1), 5)
    expect(c![31]).toBeCloseTo(Math.sin(500 * 10_000 ** (-15 / 16)), 4)
    const apart = (p: number[], q: number[]) => Math.hypot(...p.map((value, i) => value - q[i]!))
    expect(apart(a!, b!)).toBeGreaterThan(0.5)
    expect(apart(c!, d!)).toBeGreaterThan(0.5)
  })
})

describe.each(backends)("unet on %s", (prefer) => {
  beforeAll(() => selectBackend({ prefer }))

  it("sends a gradient to every parameter, equal to a finite difference", async () => {
    const config = { ...small, height: 3, width: 3 }
    const network = unet(config)
    const parameters = lively(config)
    const { x, times, labels, target } = inputsOf(config, 2)
    const loss = (own: UnetParameters): tf.Tensor => tf.mean(tf.squaredDifference(network.apply(own, x, times, labels), target))
    const flat = flattenParameters(parameters)
    const names = Object.keys(flat)
    const gradients = tf.grads((...values: tf.Tensor[]) => loss(unflat(names, values)))(Object.values(flat))
    for (const [i, gradient] of gradients.entries()) expect(Math.max(...gradient.abs().dataSync()), names[i]).toBeGreaterThan(0)
    for (const name of [
      "enter.weight",
      "down.0.shrink.weight",
      "middle.block1.modulation.weight",
      "up.0.0.shortcut.weight",
      "time.0.weight",
    ]) {
      const at = names.indexOf(name)
      const direction = random.fold(name).normal(flat[name]!.shape)
      const slope = tf.sum(tf.mul(gradients[at]!, direction)).dataSync()[0]!
      const moved = (by: number): number => {
        const values = Object.values(flat).map((value, i) => (i === at ? tf.add(value, tf.mul(direction, by)) : value))
        return loss(unflat(names, values)).dataSync()[0]!
      }
      const h = 2e-3
      const difference = (moved(h) - moved(-h)) / (2 * h)
      expect(Math.abs(difference - slope), name).toBeLessThan(0.02 * Math.max(1, Math.abs(slope)))
    }
  })
})

describe("compiled", () => {
  const network = unet(small)
  const loss = (parameters: UnetParameters, { x, times, labels, target }: Readonly<Record<string, tf.Tensor>>): tf.Tensor =>
    tf.mean(tf.squaredDifference(network.apply(parameters, x!, times!, labels!), target!))

  it.runIf(backends.includes("native"))("captured steps and passes equal eager ones", async () => {
    await selectBackend({ prefer: "native" })
    const inputs = inputsOf(small, 5)
    const parameters = lively(small)
    const run = (mode: "captured" | "eager"): { losses: number[]; step: TrainStep<UnetParameters> } => {
      const step = compile(loss, { parameters, optimizer: adamw({ rate: 1e-3 }), ema: { decay: 0.9 }, clipNorm: 1, mode })
      return { losses: Array.from({ length: 4 }, () => step.run(inputs)["loss"]!.dataSync()[0]!), step }
    }
    const [captured, eager] = [run("captured"), run("eager")]
    expect(captured.losses[3]!).toBeLessThan(captured.losses[0]!)
    for (const [i, value] of captured.losses.entries()) expect(Math.abs(value / eager.losses[i]! - 1)).toBeLessThan(1e-5)

    const pass = (mode: "captured" | "eager") =>
      compileFunction((own: UnetParameters, { x, times, labels }) => network.apply(own, x!, times!, labels!), { parameters, mode })
    const { x, times, labels } = inputs
    await expectAllClose(pass("captured")({ x, times, labels }), pass("eager")({ x, times, labels }), { tolerance: 1e-5 })
    for (const { step } of [captured, eager]) step.dispose()
  })
})

const unflat = (names: readonly string[], values: readonly tf.Tensor[]): UnetParameters =>
  unflattenParameters(Object.fromEntries(names.map((name, i) => [name, values[i]!]))) as UnetParameters
