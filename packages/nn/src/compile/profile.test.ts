import { beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { gelu, linear } from "../ops/index.ts"
import { adamw } from "../optimizer/adamw.ts"
import { randomStream } from "../random/random-stream.ts"
import { testBackends } from "../testing/test-backends.ts"
import { compile } from "./compile.ts"
import { compileFunction } from "./compile-function.ts"
import type { StepInputs } from "./train-step.ts"

const random = randomStream("profile test")
const parameters = () => ({ weight: random.fold("weight").normal([32, 48]), bias: tf.zeros([48]) })
type Weights = ReturnType<typeof parameters>
const forward = (p: Weights, { x }: StepInputs): tf.Tensor => gelu(linear(x!, p.weight, p.bias))
const loss = (p: Weights, inputs: StepInputs): tf.Tensor => tf.mean(tf.square(forward(p, inputs)))
const optimizer = () => adamw({ rate: 0.01 })

const hasNative = (await testBackends()).includes("native")

describe.skipIf(!hasNative)("profile", () => {
  let x: tf.Tensor
  beforeAll(async () => {
    await selectBackend({ prefer: "native" })
    x = random.fold("x").normal([512, 32])
  })

  test("of a captured step: every operation with its shape and time, and nothing is updated", () => {
    const step = compile(loss, { parameters: parameters(), optimizer: optimizer(), clipNorm: 1, ema: { decay: 0.9 }, accumulate: 2 })
    tf.dispose(step.run({ x }))
    expect([step.mode, step.fallbackReason]).toEqual(["captured", undefined])
    const before = step.state()
    const tensors = tf.memory().numTensors
    const times = step.profile!({ x }, 3)
    expect(tf.memory().numTensors).toBe(tensors)
    const after = step.state()
    expect(Object.keys(after)).toEqual(Object.keys(before))
    for (const [name, tensor] of Object.entries(before)) expect(after[name]!.dataSync(), name).toEqual(tensor.dataSync())
    expect(step.step).toBe(0)

    const of = (operation: string) => times.filter((time) => time.operation === operation)
    expect(of("MatMul").map(({ shape }) => shape)).toEqual([
      [512, 48],
      [32, 48],
    ])
    expect(of("ResourceApplyAdam")).toHaveLength(2)
    expect(of("Const")).toHaveLength(0)
    for (const { milliseconds } of times) expect(milliseconds).toBeGreaterThanOrEqual(0)
    const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
    expect(total).toBeGreaterThan(0)
    // What was profiled goes on training.
    tf.dispose([step.run({ x }), before, after])
    expect(step.step).toBe(1)
    step.dispose()
  })

  test("of a shape that has not run yet, and of a compiled function whose parameters are asked for", () => {
    const step = compile(loss, { parameters: parameters(), optimizer: optimizer() })
    const small = tf.slice(x, [0, 0], [8, 32])
    expect(step.profile!({ x: small }, 1).find(({ operation }) => operation === "MatMul")!.shape).toEqual([8, 48])
    const evaluate = compileFunction(forward, { parameters: () => step.parameters() })
    const tensors = tf.memory().numTensors
    const times = evaluate.profile({ x: small }, 2)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(times.map(({ operation }) => operation)).toContain("Erf")
    evaluate.dispose()
    step.dispose()
  })

  test("there is none of what is not captured", () => {
    expect(compile(loss, { parameters: parameters(), optimizer: optimizer(), mode: "eager" }).profile).toBeUndefined()
    const eager = compileFunction(forward, { parameters: parameters(), mode: "eager" })
    expect(() => eager.profile({ x })).toThrow(/expected a captured function to profile, got an eager one/)
  })
})
