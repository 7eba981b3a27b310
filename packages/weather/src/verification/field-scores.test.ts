import { randomStream } from "@scalewise/nn"
import { expect, it } from "vitest"
import { anomalyCorrelation } from "./anomaly-correlation.ts"
import { energyScore } from "./energy-score.ts"
import { ensembleCrps } from "./ensemble-crps.ts"
import { skillScore, spreadSkillRatio } from "./skill-score.ts"
import { nearbyPairs, variogramScore } from "./variogram-score.ts"

it("energy score: fair CRPS for a single number, the distance for a single member", () => {
  const values = randomStream(2).normalValues([11])
  expect(energyScore(Float64Array.from(values), 10, 1)).toBeCloseTo(ensembleCrps(values.subarray(0, 10), values[10]!), 12)
  expect(energyScore(Float64Array.of(0, 0, 3, 4), 1, 2)).toBe(5)
  // Members (0,0), (6,8); truth (3,4): mean distance 5, half the one pair's distance 10 / 2
  expect(energyScore(Float64Array.of(0, 0, 6, 8, 3, 4), 2, 2)).toBe(0)
})

it("energy and variogram scores: worse for members that lost the correlation of neighbours, which CRPS cannot see", () => {
  const [cases, members, width] = [400, 10, 12]
  let [energyTrue, energyTorn, variogramTrue, variogramTorn] = [0, 0, 0, 0]
  const pairs = nearbyPairs(Float64Array.of(1), width, false)
  const usable = new Uint8Array(width).fill(1)
  for (let i = 0; i < cases; i++) {
    const random = randomStream("fields").fold(i)
    // Each field is one number, with a little of its own in each cell; torn members take each cell from another draw
    const common = random.fold("common").normalValues([members + 1])
    const own = random.fold("own").normalValues([members + 1, width])
    const loose = random.fold("torn").normalValues([members, width])
    const fields = Float32Array.from(own, (value, at) => 0.2 * value + common[Math.floor(at / width)]!)
    const torn = fields.slice()
    for (let at = 0; at < members * width; at++) torn[at] = 0.2 * own[at]! + loose[at]!
    const truth = fields.subarray(members * width)
    energyTrue += energyScore(
      Float64Array.from(fields, (value) => value / Math.sqrt(width)),
      members,
      width,
    )
    energyTorn += energyScore(
      Float64Array.from(torn, (value) => value / Math.sqrt(width)),
      members,
      width,
    )
    const layout = { offset: 0, stride: width, count: members }
    variogramTrue += variogramScore(fields, layout, truth, 0, pairs, usable)
    variogramTorn += variogramScore(torn, layout, truth, 0, pairs, usable)
  }
  expect(energyTorn / energyTrue).toBeGreaterThan(1.02)
  expect(variogramTorn / variogramTrue).toBeGreaterThan(2)
})

it("variogram score: by hand, blind to a common bias, and without unusable cells", () => {
  const pairs = nearbyPairs(Float64Array.of(1), 3, false)
  expect([[...pairs.first], [...pairs.second], [...pairs.weights]]).toEqual([
    [0, 1, 0],
    [1, 2, 2],
    [1, 1, 0.5],
  ])
  const members = Float32Array.of(0, 4, 4)
  const truth = Float32Array.of(1, 2, 6)
  const layout = { offset: 0, stride: 3, count: 1 }
  const all = Uint8Array.of(1, 1, 1)
  const expected = ((1 - 2) ** 2 + (2 - 0) ** 2 + 0.5 * (Math.sqrt(5) - 2) ** 2) / 2.5
  expect(variogramScore(members, layout, truth, 0, pairs, all)).toBeCloseTo(expected, 6)
  expect(variogramScore(members.map((value) => value + 100), layout, truth, 0, pairs, all)).toBeCloseTo(expected, 6) // prettier-ignore
  expect(variogramScore(members, layout, truth, 0, pairs, Uint8Array.of(1, 1, 0))).toBe(1)
  expect(variogramScore(members, layout, truth, 0, pairs, Uint8Array.of(1, 0, 0))).toBeNaN()
})

it("nearby pairs: go round the globe, and down the columns by the mean of the rows' weights", () => {
  const around = nearbyPairs(Float64Array.of(1), 6, true)
  expect(around.first.length).toBe(18)
  expect([around.first[5], around.second[5]]).toEqual([5, 0])
  const { weights } = nearbyPairs(Float64Array.of(0.5, 1.5), 1, false)
  expect([...weights]).toEqual([1])
})

it("anomaly correlation: weighted, not centred", () => {
  const climatology = [10, 10, 10]
  expect(anomalyCorrelation([12, 8, 10], [14, 6, 10], climatology, [1, 1, 1])).toBeCloseTo(1, 12)
  expect(anomalyCorrelation([8, 12, 10], [14, 6, 10], climatology, [1, 1, 1])).toBeCloseTo(-1, 12)
  expect(anomalyCorrelation([12, 12, 12], [11, 11, 11], climatology, [1, 1, 1])).toBeCloseTo(1, 12) // a common departure counts
  expect(anomalyCorrelation([11, 99, 12], [11, 0, 9], climatology, [2, 0, 1])).toBeCloseTo((2 - 2) / Math.sqrt(6 * 3), 12)
  expect(anomalyCorrelation([10], [11], [10], [1])).toBeNaN()
})

it("skill and spread-skill ratio", () => {
  expect([skillScore(0.8, 1), skillScore(1, 0)]).toEqual([expect.closeTo(0.2, 12), NaN])
  expect(spreadSkillRatio(1, 1.1, 10)).toBeCloseTo(1, 12) // perfect: error variance is (1 + 1 / M) of the members'
  expect(spreadSkillRatio(1, 1, 1)).toBeNaN()
})
