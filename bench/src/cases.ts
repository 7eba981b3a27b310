import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { compileFunction, loadTensors, randomStream, saveTensors, tf } from "@scalewise/nn"
import { imageCases } from "./image-cases.ts"
import { measure } from "./measure.ts"
import type { CaseProfile } from "./profile-bench.ts"
import { benchOptimizer, convStep, mlpStep, transformerStep } from "./steps.ts"
import { asEntries, profileNote, trainingCase, type TrainingCase } from "./training-case.ts"

/** How a case runs: as one captured graph, or operation by operation. */
export type Mode = "captured" | "eager"

/** A result before the backend is named. */
export interface Timing {
  name: string
  mode?: Mode
  milliseconds: number
  /** Further figures, e.g. GFLOP/s. */
  [figure: string]: string | number | undefined
}

/** A case: its name, and how to time it. */
export interface Case {
  name: string
  /** Whether PyTorch runs the same. */
  hasPeer: boolean
  /** Whether stock TensorFlow.js on wasm can run the same. */
  hasStock?: boolean
  time(options: { mode: Mode; repeats: number }): Promise<Timing[]>
  /** Where the time of the captured case goes. */
  profile?(options: { repeats: number }): Promise<CaseProfile>
}

const disposeAll = (tensors: Record<string, tf.Tensor>): void => tf.dispose(tensors)

/** A step of `steps.ts` with the optimiser that the peer has. */
function plainStep(make: typeof mlpStep | typeof transformerStep): TrainingCase {
  const { loss, parameters, inputs } = make() as ReturnType<typeof mlpStep>
  return { loss: loss as unknown as TrainingCase["loss"], options: { parameters, optimizer: benchOptimizer() }, inputs }
}

const convolution: Case = {
  name: "conv-step",
  hasPeer: true,
  async time({ mode, repeats }) {
    const { run, parameters, inputs } = convStep()
    const compiled = compileFunction(run, { parameters, mode })
    const milliseconds = await measure(
      () => {
        const out = compiled(inputs)
        out["loss"].dataSync()
        disposeAll(out)
      },
      { repeats },
    )
    compiled.dispose()
    disposeAll({ ...inputs, ...parameters })
    return [{ name: "conv-step", mode: compiled.mode, milliseconds }]
  },
  async profile({ repeats }) {
    const [timing] = await convolution.time({ mode: "captured", repeats })
    const { run, parameters, inputs } = convStep()
    const compiled = compileFunction(run, { parameters, mode: "captured" })
    const entries = asEntries(compiled.profile(inputs, repeats))
    compiled.dispose()
    disposeAll({ ...inputs, ...parameters })
    return { whole: timing!.milliseconds, entries, note: profileNote }
  },
}

const matmul: Case = {
  name: "matmul",
  hasPeer: false,
  async time({ repeats }) {
    const [m, k, n] = [256, 784, 512]
    const timings: Timing[] = []
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const a = tf.ones(transposeA ? [k, m] : [m, k])
      const b = tf.ones(transposeB ? [n, k] : [k, n])
      // Ten products a reading, because one is short.
      const ten = await measure(
        () => {
          for (let i = 0; i < 10; i++) {
            const c = tf.matMul(a, b, transposeA, transposeB)
            if (i === 9) c.dataSync()
            c.dispose()
          }
        },
        { repeats },
      )
      disposeAll({ a, b })
      const name = `matmul 256x784x512 ${transposeA ? "At" : "A"}${transposeB ? "Bt" : "B"}`
      timings.push({ name, milliseconds: ten / 10, gigaflops: (2 * m * k * n * 10) / ten / 1e6 })
    }
    return timings
  },
}

const philox: Case = {
  name: "philox",
  hasPeer: false,
  async time({ repeats }) {
    const stream = randomStream(0)
    const shape = [256, 784]
    let index = 0
    const uniform = await measure(() => void stream.fold(index++).uniformValues(shape), { repeats })
    const normal = await measure(() => void stream.fold(index++).normalValues(shape), { repeats })
    const perNumber = 1e6 / (256 * 784)
    return [
      { name: "philox uniform 256x784", milliseconds: uniform, nanosecondsPerNumber: uniform * perNumber },
      { name: "philox normal 256x784", milliseconds: normal, nanosecondsPerNumber: normal * perNumber },
    ]
  },
}

const safetensors: Case = {
  name: "safetensors-read",
  hasPeer: false,
  async time({ repeats }) {
    const folder = await mkdtemp(path.join(tmpdir(), "scalewise-bench-"))
    try {
      const file = path.join(folder, "weights.safetensors")
      const tensors = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`layer${i}.weight`, tf.ones([256, 1024])]))
      await saveTensors(file, tensors)
      disposeAll(tensors)
      const megabytes = (100 * 256 * 1024 * 4) / 1e6
      const milliseconds = await measure(async () => disposeAll(await loadTensors(file)), { repeats: Math.min(repeats, 10) })
      return [{ name: "safetensors-read 105 MB", milliseconds, megabytesPerSecond: (megabytes / milliseconds) * 1e3 }]
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

/** All cases in the order of the table. */
export const cases: readonly Case[] = [
  trainingCase("mlp-step", () => plainStep(mlpStep), { hasStock: true }),
  trainingCase("transformer-step", () => plainStep(transformerStep), { hasStock: true }),
  convolution,
  ...imageCases,
  matmul,
  philox,
  safetensors,
]
