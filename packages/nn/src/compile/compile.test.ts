import { existsSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { CheckpointError, ShapeError } from "../errors.ts"
import { conv2d, crossEntropy, embedding, gelu, groupNorm, layerNorm, linear, selfAttention } from "../ops/index.ts"
import { adamw } from "../optimizer/adamw.ts"
import { cosine } from "../optimizer/schedule.ts"
import { sgd } from "../optimizer/sgd.ts"
import type { FlatParameters, Parameters } from "../parameters.ts"
import { randomStream } from "../random/random-stream.ts"
import { testBackends } from "../testing/test-backends.ts"
import { CaptureError } from "./capture-error.ts"
import { compile } from "./compile.ts"
import { compileFunction } from "./compile-function.ts"
import type { CompileOptions, Loss, StepInputs, TrainStep } from "./train-step.ts"

const random = randomStream("compile test")
const weight = (name: string, ...shape: number[]): tf.Tensor =>
  tf.tidy(() => tf.div(random.fold(name).normal(shape), Math.sqrt(shape.slice(0, -1).reduce((a, b) => a * b, 1))))
const dense = (name: string, inputs: number, outputs: number) => ({ weight: weight(name, inputs, outputs), bias: tf.zeros([outputs]) })

function mlp() {
  const parameters = { a: dense("a", 12, 16), b: dense("b", 16, 3), norm: { weight: tf.ones([16]), bias: tf.zeros([16]) } }
  const loss = (p: typeof parameters, { x, y }: StepInputs) => {
    const hidden = layerNorm(gelu(linear(x!, p.a.weight, p.a.bias)), p.norm)
    const error = tf.mean(tf.squaredDifference(linear(hidden, p.b.weight, p.b.bias), y!))
    return { loss: error, rows: tf.scalar(x!.shape[0], "int32") }
  }
  const inputs = (i: number, batch = 8) => ({
    x: random.fold("x").fold(i).normal([batch, 12]),
    y: random.fold("y").fold(i).normal([batch, 3]),
  })
  return { parameters, loss, inputs }
}

function transformer() {
  const norm = () => ({ weight: tf.ones([16]), bias: tf.zeros([16]) })
  const parameters = {
    table: weight("table", 10, 16),
    qkv: dense("qkv", 16, 48),
    up: dense("up", 16, 32),
    down: dense("down", 32, 10),
    one: norm(),
    two: norm(),
  }
  const mask = tf.tensor2d([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0], [3, 3])
  const loss = (p: typeof parameters, { ids, targets }: StepInputs) => {
    const x = embedding(p.table, ids!) // [B, T, C]
    const y = tf.add(x, selfAttention(linear(layerNorm(x, p.one), p.qkv.weight, p.qkv.bias), { heads: 4, mask }))
    const hidden = gelu(linear(layerNorm(y, p.two), p.up.weight, p.up.bias))
    return tf.mean(crossEntropy(linear(hidden, p.down.weight, p.down.bias), targets!))
  }
  const inputs = (i: number, batch = 4) => ({
    ids: tf.tensor2d(
      random
        .fold("ids")
        .fold(i)
        .integers(batch * 3, 10),
      [batch, 3],
      "int32",
    ),
    targets: tf.tensor2d(
      random
        .fold("targets")
        .fold(i)
        .integers(batch * 3, 10),
      [batch, 3],
      "int32",
    ),
  })
  return { parameters, loss, inputs }
}

function convolutional() {
  const parameters = { one: weight("one", 3, 3, 2, 8), two: weight("two", 3, 3, 8, 1), norm: { weight: tf.ones([8]), bias: tf.zeros([8]) } }
  const loss = (p: typeof parameters, { x, y }: StepInputs) => {
    const hidden = gelu(groupNorm(conv2d(x!, p.one, { stride: 2 }), { groups: 4, ...p.norm }))
    return tf.mean(tf.squaredDifference(conv2d(hidden, p.two), y!))
  }
  const inputs = (i: number, batch = 3) => ({
    x: random.fold("x").fold(i).normal([batch, 6, 6, 2]),
    y: random.fold("y").fold(i).normal([batch, 3, 3, 1]),
  })
  return { parameters, loss, inputs }
}

interface Model {
  readonly parameters: Parameters
  readonly loss: Loss<Parameters>
  inputs(i: number, batch?: number): StepInputs
}
const models = { mlp, transformer, convolutional } as unknown as Record<string, () => Model>

const optimizer = () => adamw({ rate: cosine(0.01, 100, { warmup: 5 }), weightDecay: 0.1 })
const everything = { optimizer: optimizer(), clipNorm: 1, ema: { decay: 0.9 } }

/** Losses of calls from..to, with inputs of their own. */
function losses(
  step: TrainStep<Parameters>,
  model: Model,
  from: number,
  to: number,
  batch: (i: number) => number | undefined = () => undefined,
): number[] {
  return Array.from({ length: to - from }, (_, k) => {
    const inputs = model.inputs(from + k, batch(from + k))
    const result = step.run(inputs)
    const value = result["loss"]!.dataSync()[0]!
    tf.dispose([inputs, result])
    return value
  })
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value) / Math.abs(value), `call ${i}`).toBeLessThan(tolerance)
}

const bits = (state: FlatParameters): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [name, [...new Int32Array(Float32Array.from(tensor.dataSync()).buffer)]]),
  )

const backends = await testBackends()

const references: Record<string, number[]> = {}

async function eagerLosses(name: string, batch: (i: number) => number | undefined): Promise<number[]> {
  const model = models[name]!()
  const eager = compile(model.loss, { ...everything, parameters: model.parameters, mode: "eager" })
  const found = losses(eager, model, 0, 50, batch)
  eager.dispose()
  return found
}

describe.each(backends)("compile on %s", (backend) => {
  beforeAll(async () => {
    expect((await selectBackend({ prefer: backend })).name).toBe(backend)
  })
  const mode = backend === "native" ? "captured" : "eager"
  const modes = backend === "native" ? (["auto", "eager"] as const) : (["auto"] as const) // Elsewhere they are the same.
  afterEach(() => expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`scalewise-graph-${process.pid}`))).toEqual([]))

  test.each(Object.keys(models))("%s: 50 steps equal the eager ones of the first backend, odd batches included", async (name) => {
    const model = models[name]!()
    const batch = (i: number) => (i % 7 === 6 ? 2 : undefined)
    const compiled = compile(model.loss, { ...everything, parameters: model.parameters })
    const found = losses(compiled, model, 0, 50, batch)
    expect(compiled.mode, compiled.fallbackReason).toBe(mode)
    compiled.dispose()
    references[name] ??= await eagerLosses(name, batch)
    // Between backends rounding differs, and training amplifies it.
    expectClose(found, references[name], backend === backends[0] ? 1e-5 : 1e-3)
    expect(Math.min(...found.slice(40))).toBeLessThan(found[0]!)
  })

  test.each(modes)("mode %s: a loss may report its inputs and parameters, which stay what they are", (mode) => {
    const parameters = { w: tf.tensor1d([2]) }
    const x = tf.tensor1d([3])
    const loss = (p: typeof parameters, inputs: StepInputs) => ({ loss: tf.sum(tf.mul(p.w, inputs["x"]!)), x: inputs["x"]!, w: p.w })
    const step = compile(loss, { parameters, optimizer: sgd({ rate: 1 }), mode })
    for (const w of [2, -1]) {
      const reported = step.run({ x })
      expect([reported["w"]!.dataSync()[0], reported["x"]!.dataSync()[0]]).toEqual([w, 3])
      tf.dispose(reported)
    }
    expect([x.dataSync()[0], parameters.w.dataSync()[0], step.parameters().w.dataSync()[0]]).toEqual([3, 2, -4])
    step.dispose()
  })

  test.each(modes)("mode %s: a restored state continues bit for bit", (mode) => {
    const model = models["mlp"]!()
    const options: CompileOptions<Parameters> = { ...everything, accumulate: 2, parameters: model.parameters, mode }
    const first = compile(model.loss, options)
    losses(first, model, 0, 11)
    const saved = first.state()
    const before = bits(saved)
    expect(first.mode, first.fallbackReason).toBe(mode === "auto" && backend === "native" ? "captured" : "eager")
    const tail = losses(first, model, 11, 20)
    expect(bits(saved)).toEqual(before) // Later updates do not reach what was given away.
    const second = compile(model.loss, options)
    second.restore(saved)
    expect(second.step).toBe(5)
    expect(losses(second, model, 11, 20)).toEqual(tail)
    const [one, two] = [first.state(), second.state()]
    expect(bits(two)).toEqual(bits(one))
    // Restoring a step that has run already.
    first.restore(saved)
    expect(losses(first, model, 11, 20)).toEqual(tail)
    tf.dispose([saved, one, two])
    first.dispose()
    second.dispose()
  })

  test("a state with more batches waiting than the step accumulates is refused", () => {
    const model = models["mlp"]!()
    const [four, two] = [4, 2].map((accumulate) => compile(model.loss, { ...everything, accumulate, parameters: model.parameters }))
    losses(four!, model, 0, 3)
    const state = four!.state()
    expect(() => two!.restore(state)).toThrow(/accumulates 2 batches, got one in which 3 wait/)
    tf.dispose(state)
    four!.dispose()
    two!.dispose()
  })

  test("a state that does not fit is refused by name, and nothing changes", () => {
    const model = models["mlp"]!()
    const step = compile(model.loss, { parameters: model.parameters, optimizer: optimizer() })
    losses(step, model, 0, 1)
    const state = step.state()
    const before = bits(state)
    const { "optimizer.m.a.bias": gone, ...rest } = state
    expect(() => step.restore(rest)).toThrow(CheckpointError)
    expect(() => step.restore(rest)).toThrow(/missing: optimizer\.m\.a\.bias/)
    expect(() => step.restore({ ...state, "parameters.b.bias": gone! })).toThrow(/parameters\.b\.bias is \[16\] instead of \[3\]/)
    expect(() => step.restore({ ...state, surplus: gone! })).toThrow(/unknown: surplus/)
    expect(bits(step.state())).toEqual(before)
    step.dispose()
  })

  test.each(modes)("mode %s: two accumulated halves are one whole batch", (mode) => {
    const model = models["mlp"]!()
    const whole = compile(model.loss, { ...everything, parameters: model.parameters, mode })
    const halves = compile(model.loss, { ...everything, accumulate: 2, parameters: model.parameters, mode })
    for (let i = 0; i < 3; i++) {
      const inputs = model.inputs(i)
      tf.dispose(whole.run(inputs))
      for (const begin of [0, 4])
        tf.dispose(halves.run(tf.tidy(() => Object.fromEntries(Object.entries(inputs).map(([n, t]) => [n, tf.slice(t, [begin], [4])])))))
    }
    expect([halves.step, halves.mode]).toEqual([3, mode === "auto" && backend === "native" ? "captured" : "eager"])
    for (const read of ["parameters", "averaged"] as const) {
      const [a, b] = [whole[read]() as { a: { weight: tf.Tensor } }, halves[read]() as { a: { weight: tf.Tensor } }]
      expect(tf.max(tf.abs(tf.sub(a.a.weight, b.a.weight))).dataSync()[0]).toBeLessThan(1e-5)
    }
    whole.dispose()
    halves.dispose()
  })

  test("only trainable parameters change; an optimiser without a fused form works", () => {
    const model = models["mlp"]!()
    const options = {
      parameters: model.parameters,
      optimizer: sgd({ rate: 0.1, momentum: 0.9 }),
      trainable: (name: string) => name.startsWith("b."),
    }
    const [compiled, eager] = (["auto", "eager"] as const).map((mode) => compile(model.loss, { ...options, mode }))
    expectClose(losses(compiled!, model, 0, 20), losses(eager!, model, 0, 20), 1e-5)
    expect(compiled!.mode).toBe(mode)
    const after = compiled!.parameters() as ReturnType<typeof mlp>["parameters"]
    const initial = model.parameters as ReturnType<typeof mlp>["parameters"]
    expect(after.a.weight.dataSync()).toEqual(initial.a.weight.dataSync())
    expect(after.b.weight.dataSync()).not.toEqual(initial.b.weight.dataSync())
  })

  test("tensors and memory stay flat over 5,000 steps", () => {
    const model = models["mlp"]!()
    const step = compile(model.loss, { ...everything, parameters: model.parameters })
    const inputs = model.inputs(0)
    const count = backend === "native" ? 5000 : 50
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) tf.dispose(step.run(inputs))
    }
    run(count / 10)
    const [tensors, resident] = [tf.memory().numTensors, process.memoryUsage.rss()]
    run(count)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(process.memoryUsage.rss() - resident).toBeLessThan(30e6)
    step.dispose()
  })

  test("steps and functions that come and go leave nothing behind", () => {
    const parameters = { w: tf.zeros([1000, 500]) } // 2 MB; a step holds four of them
    const loss = (p: typeof parameters) => tf.mean(tf.square(p.w))
    const comeAndGo = (times: number): void => {
      for (let i = 0; i < times; i++) {
        const step = compile(loss, { ...everything, parameters })
        const forward = compileFunction(loss, { parameters: () => step.parameters() })
        tf.dispose([step.run({}), forward({})])
        forward.dispose()
        step.dispose()
      }
    }
    comeAndGo(3)
    const [tensors, resident] = [tf.memory().numTensors, process.memoryUsage.rss()]
    comeAndGo(20)
    expect(tf.memory().numTensors).toBe(tensors)
    if (backend === "native") expect(process.memoryUsage.rss() - resident).toBeLessThan(80e6)
    parameters.w.dispose()
  })

  test("the caller's tensors are neither changed nor disposed", () => {
    const start = Float32Array.from({ length: 64 }, (_, i) => i)
    const w = tf.tensor1d(start)
    for (const mode of ["auto", "eager"] as const) {
      const tensors = tf.memory().numTensors
      const step = compile((p: { w: tf.Tensor }) => tf.sum(tf.square(p.w)), { parameters: { w }, optimizer: optimizer(), mode })
      for (let i = 0; i < 5; i++) tf.dispose(step.run({}))
      step.dispose()
      expect(tf.memory().numTensors).toBe(tensors)
      expect([...w.dataSync()]).toEqual(Array.from({ length: 64 }, (_, i) => i))
    }
    w.dispose()
    expect(start[5]).toBe(5)
  })

  test("a loss of more than one number is refused", () => {
    const step = compile((p: { w: tf.Tensor }) => p.w, { parameters: { w: tf.zeros([2]) }, optimizer: optimizer() })
    expect(() => step.run({})).toThrow(ShapeError)
    step.dispose()
  })

  test("compileFunction: follows the parameters, any batch size, a record or a tensor", () => {
    const model = models["mlp"]!()
    const step = compile(model.loss, { parameters: model.parameters, optimizer: optimizer() })
    const evaluate = compileFunction((p: Parameters, inputs) => model.loss(p, inputs) as Record<string, tf.Tensor>, {
      parameters: () => step.parameters(),
    })
    for (let i = 0; i < 4; i++) {
      const inputs = model.inputs(i, i % 2 === 0 ? 8 : 3)
      const ahead = evaluate(inputs)
      const trained = step.run(inputs)
      expectClose([ahead["loss"]!.dataSync()[0]!], [trained["loss"]!.dataSync()[0]!], 1e-6)
      expect(ahead["rows"]!.dataSync()[0]).toBe(i % 2 === 0 ? 8 : 3)
      tf.dispose([inputs, ahead, trained])
    }
    expect(evaluate.mode, evaluate.fallbackReason).toBe(mode)
    const same = compileFunction((p: { w: tf.Tensor }) => p.w, { parameters: { w: tf.tensor1d([3]) } })
    expect(same({}).dataSync()[0]).toBe(3)
    expect(same({}).dataSync()[0]).toBe(3)
    evaluate.dispose()
    step.dispose()
  })
})

describe.skipIf(!backends.includes("native"))("what cannot be captured", () => {
  beforeAll(async () => {
    await selectBackend({ prefer: "native" })
  })
  const w = () => ({ w: tf.tensor1d(Float32Array.from({ length: 32 }, (_, i) => i / 32)) })
  type Weights = ReturnType<typeof w>
  const dataset = tf.linspace(0, 1, 300_000)
  const variable = tf.variable(tf.scalar(2))
  const cases: [string, RegExp, Loss<Weights>][] = [
    ["a value read back", /result of Sum is read back/, (p) => tf.mul(tf.sum(p.w), tf.sum(p.w).dataSync()[0]!)],
    ["numbers drawn inside", /made from JavaScript numbers inside the step/, (p) => tf.sum(tf.mul(p.w, tf.randomNormal([32])))],
    [
      "an operation that draws",
      /Multinomial draws random numbers/,
      (p) => tf.add(tf.sum(p.w), tf.sum(tf.multinomial(tf.zeros<tf.Rank.R1>([4]), 3, 7))),
    ],
    ["data that is not an input", /neither an input nor a parameter/, (p) => tf.add(tf.sum(p.w), tf.mean(dataset))],
    ["a tf.Variable", /tf\.Variable/, (p) => tf.mul(tf.sum(p.w), variable)],
  ]

  test.each(cases)("%s: an error that says so, or the eager mode with the reason", (_, message, loss) => {
    const parameters = w()
    const strict = compile(loss, { parameters, optimizer: optimizer(), mode: "captured" })
    expect(() => strict.run({})).toThrow(CaptureError)
    expect(() => strict.run({})).toThrow(message)
    expect(strict.step).toBe(0)
    strict.dispose()
    const lenient = compile(loss, { parameters, optimizer: optimizer() })
    expect(lenient.mode).toBe("captured")
    tf.dispose(lenient.run({}))
    expect([lenient.mode, lenient.step]).toEqual(["eager", 1])
    expect(lenient.fallbackReason).toMatch(message)
    lenient.dispose()
    const forward = compileFunction((p: Weights) => loss(p, {}) as tf.Tensor, { parameters })
    forward({}).dispose()
    expect(forward.fallbackReason).toMatch(message)
  })

  test("the eager mode takes over although the given parameters are gone, from the present values", () => {
    const parameters = w()
    const step = compile(
      (p: Weights, inputs) => {
        const loss = tf.sum(tf.mul(p.w, 3))
        return "read" in inputs ? tf.mul(loss, loss.dataSync()[0]! > -Infinity ? 1 : 0) : loss
      },
      { parameters, optimizer: sgd({ rate: 1 }) },
    )
    parameters.w.dispose()
    tf.dispose(step.run({}))
    const read = tf.scalar(1)
    tf.dispose(step.run({ read }))
    expect([step.mode, step.step]).toEqual(["eager", 2])
    const after = step.parameters()
    expect(after.w.dataSync()[0]).toBe(-6)
    step.dispose()
    tf.dispose([after, read])
  })

  test("a step that is first run inside another is refused, and leaves the other's recording alone", () => {
    const inner = compile((p: Weights) => tf.sum(p.w), { parameters: w(), optimizer: sgd({ rate: 0 }), mode: "captured" })
    const outer = compile((p: Weights) => tf.mul(tf.sum(p.w), inner.run({})["loss"]!), {
      parameters: w(),
      optimizer: sgd({ rate: 0 }),
      mode: "captured",
    })
    expect(() => outer.run({})).toThrow(/inside a step that is being captured/)
    expect(Object.keys(tf.backend())).not.toContain("executeSingleOutput")
    tf.dispose(inner.run({}))
    const auto = compile((p: Weights) => tf.sum(p.w), { parameters: w(), optimizer: sgd({ rate: 0 }) })
    const lenient = compile((p: Weights) => tf.mul(tf.sum(p.w), auto.run({})["loss"]!), { parameters: w(), optimizer: sgd({ rate: 0 }) })
    tf.dispose(lenient.run({}))
    expect([lenient.mode, auto.mode, auto.step]).toEqual(["eager", "captured", 1])
  })

  test("a compiled function inside a captured step becomes part of it, another step's values may not", () => {
    const parameters = w()
    const teacher = compileFunction((p: Weights, { x }) => tf.mul(p.w, x!), { parameters })
    tf.dispose(teacher({ x: tf.scalar(1) }))
    const step = compile((p: Weights, { x }) => tf.mean(tf.squaredDifference(p.w, teacher({ x: x! }))), {
      parameters,
      optimizer: sgd({ rate: 0 }),
      mode: "captured",
    })
    const squares = Array.from(parameters.w.dataSync()).reduce((sum, value) => sum + value ** 2, 0) / 32
    for (const x of [1, 2, 3]) expect(step.run({ x: tf.scalar(x) })["loss"]!.dataSync()[0]).toBeCloseTo(squares * (x - 1) ** 2, 4)
    const nested = compile((p: Weights) => tf.sum(tf.mul(p.w, step.parameters().w)), {
      parameters,
      optimizer: sgd({ rate: 0 }),
      mode: "captured",
    })
    expect(() => nested.run({})).toThrow(/inside a step that is being captured/)
  })

  test("small constants are part of the graph, and may be read", () => {
    const table = tf.keep(tf.tensor1d(Float32Array.from({ length: 32 }, (_, i) => i)))
    const step = compile((p: Weights) => tf.sum(tf.mul(p.w, tf.mul(table, table.dataSync()[1]!))), {
      parameters: w(),
      optimizer: sgd({ rate: 0 }),
      mode: "captured",
    })
    expect(step.run({})["loss"]!.dataSync()[0]).toBeCloseTo(
      Array.from({ length: 32 }, (_, i) => (i * i) / 32).reduce((a, b) => a + b),
      2,
    )
    step.dispose()
  })

  test("the backend is left as it was", () => {
    expect(Object.keys(tf.backend())).not.toContain("executeSingleOutput")
    expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([5], "int32"))).toThrow(/not in \[0, 1\]/)
    expect(existsSync(tmpdir())).toBe(true)
  })
})
