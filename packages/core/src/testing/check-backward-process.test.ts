import { ops, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { categorical } from "../distribution/categorical.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { guided } from "../sampling/guided.ts"
import { rejecting } from "../sampling/rejecting.ts"
import { tempered } from "../sampling/tempered.ts"
import { checkBackwardProcess, type CheckBackwardProcessOptions } from "./check-backward-process.ts"
import { twoScaleProcess, type TwoScaleCondition, type TwoScaleState } from "./two-scale-pyramid.ts"

type Process = BackwardProcess<TwoScaleState, tf.Tensor, TwoScaleCondition, tf.Tensor>

/** All tokens of a step of the two-scale pyramid. */
const outcomes = (step: number, batch: number): tf.Tensor[] =>
  (step === 1
    ? [[0], [1], [2]]
    : [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]
  ).map((row) => tf.tile(tf.tensor2d([row], undefined, "int32"), [batch, 1]))
const options: CheckBackwardProcessOptions<tf.Tensor, TwoScaleCondition> = { condition: () => ({ label: 0.4 }), outcomes }

describe("checkBackwardProcess", () => {
  it("passes what keeps the promises, wrapped in whatever order", async () => {
    await checkBackwardProcess(twoScaleProcess, options)
    await checkBackwardProcess(tempered(guided(twoScaleProcess, { scale: 2 }), { topK: 2, temperature: [1, 0.5] }), options)
    await checkBackwardProcess(rejecting(twoScaleProcess, { attempts: 3, score: (x) => x.sum(1) }), { condition: options.condition })
  })

  const broken: Record<string, [Partial<Process>, RegExp]> = {
    "has no steps": [{ steps: 0 }, /steps: expected a positive integer/],
    "cannot say what it costs": [{ networkCalls: () => NaN }, /networkCalls of step 1/],
    "looks at its neighbours": [
      {
        predict: ({ context }, step) =>
          categorical(
            context
              .sum(0, true)
              .add(step)
              .tile([context.shape[0], 1])
              .expandDims(1)
              .mul([[[1, 2]]]),
          ),
      },
      /sample \d in a batch of/,
    ],
    "keeps a tensor": [{ readout: ({ context }) => (tf.keep(tf.zeros([1])), context) }, /memory: expected no tensor/],
    "has probabilities that do not sum to 1": [
      {
        predict: (state, step, condition) => {
          const law = twoScaleProcess.predict(state, step, condition)
          return { ...law, logProb: (draw) => law.logProb(draw).add(0.1) }
        },
      },
      /outcomes of step 1: .* got 1\.1/,
    ],
    "mistakes its mode": [
      {
        predict: (state, step, condition) => {
          const law = categorical(tf.tile(tf.tensor3d([[[0, 9, 0]]]), [state.context.shape[0], step, 1]))
          return { ...law, mode: () => law.mode().mul(0).toInt(), entropy: () => twoScaleProcess.predict(state, step, condition).entropy() }
        },
      },
      /mode of step 1: expected the likeliest/,
    ],
    "gives one entropy for all": [
      {
        predict: (state, step, condition) => {
          const law = twoScaleProcess.predict(state, step, condition)
          return { ...law, entropy: () => law.entropy().sum() }
        },
      },
      /entropy of step 1: expected shape \[4\]/,
    ],
    "draws what cannot be": [
      {
        predict: (state, step, condition) => {
          const law = twoScaleProcess.predict(state, step, condition)
          return { ...law, logProb: (draw) => ops.stopGradient(law.logProb(draw)).mul(Infinity) }
        },
      },
      /logProb of step 1: expected numbers/,
    ],
  }
  it.each(Object.entries(broken))("refuses a process that %s", async (_, [part, message]) => {
    const { outcomes: __, ...plain } = options
    const process: Process = { ...twoScaleProcess, ...part }
    await expect(checkBackwardProcess(process, message.source.includes("outcomes") ? options : plain)).rejects.toThrow(message)
  })
})
