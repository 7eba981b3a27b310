import { countParameters, disposeParameters, randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { matchedWidth, mlp, mlpSize, type MlpParameters } from "./mlp.ts"

describe("mlp", () => {
  it("has the parameters that mlpSize says and keeps no tensor", () => {
    const sizes = { inputs: 5, hidden: 7, outputs: 3 }
    const outputsOf = (parameters: MlpParameters) =>
      tf.tidy(() =>
        mlp(sizes)
          .apply(parameters, randomStream(2).normal([4, 5]))
          .arraySync(),
      ) as number[][]
    const warmUp = mlp(sizes).init(randomStream(1)) // operations cache their constants at the first call
    outputsOf(warmUp)
    disposeParameters(warmUp)
    const before = tf.memory().numTensors
    const parameters = mlp(sizes).init(randomStream(1))
    expect(countParameters(parameters)).toBe(mlpSize(sizes))
    const outputs = outputsOf(parameters)
    expect([outputs.length, outputs[0]!.length]).toEqual([4, 3])
    disposeParameters(parameters)
    expect(tf.memory().numTensors).toBe(before)
  })

  it("has 1,067,792 parameters at the paper's size", () => {
    expect(mlpSize({ inputs: 784, hidden: 512, outputs: 784 })).toBe(1_067_792)
  })
})

describe("matchedWidth", () => {
  const budget = mlpSize({ inputs: 784, hidden: 512, outputs: 784 })
  it.each([
    ["itself", [{ inputs: 784, outputs: 784 }]],
    ["the latent denoiser", [{ inputs: 32, outputs: 32 }]],
    [
      "two levels",
      [
        { inputs: 784, outputs: 196 },
        { inputs: 1568, outputs: 784 },
      ],
    ],
    [
      "three levels",
      [
        { inputs: 784, outputs: 49 },
        { inputs: 980, outputs: 196 },
        { inputs: 1568, outputs: 784 },
      ],
    ],
  ])("matches %s within a hundredth", (name, networks) => {
    const hidden = matchedWidth(networks, budget)
    const total = networks.reduce((sum, network) => sum + mlpSize({ ...network, hidden }), 0)
    expect(Math.abs(total / budget - 1)).toBeLessThan(0.01)
    if (name === "itself") expect(hidden).toBe(512)
  })

  it("says when the networks are too small to be matched", () => {
    expect(() => matchedWidth([{ inputs: 100, outputs: 100 }], 320)).toThrow(/within 1 %/)
  })
})
