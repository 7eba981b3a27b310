import { disposeParameters, randomStream, selectBackend, tf, type Parameters } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf, categoryShares } from "../process/graph-categories.ts"
import { sizeLaw } from "../process/size-law.ts"
import { communitySmall } from "../testing/community-small.ts"
import type { TrainedNetwork } from "../training/train-network.ts"
import { maskedBound } from "./masked-bound.ts"
import type { MaskedConfig } from "./masked-config.ts"
import type { MaskedTraining } from "./masked-example.ts"
import { maskedNetwork } from "./masked-network.ts"
import { trainMasked } from "./train-masked.ts"

const plain = { nodes: [], edges: [] }
const graphs = await communitySmall()
const { name: backend } = await selectBackend()

const configOf = (set: readonly PackedGraph[], noising: MaskedConfig["noising"]): MaskedConfig => ({
  noising,
  schedule: "linear",
  walks: 2,
  width: 16,
  depth: 2,
  triangles: 4,
  noise: 2,
  vocabulary: plain,
  shares: categoryShares(
    set.map((graph) => categoriesOf(graph, plain)),
    plain,
  ),
})
const training: MaskedTraining = {
  steps: 60,
  batch: 16,
  rate: 5e-3,
  warmup: 10,
  finalRate: 0.1,
  weightDecay: 0,
  clipNorm: 1,
  ema: 0.95,
  nothing: 0,
  weighting: "elbo",
  pairWeight: 1,
  levels: 20,
}

async function trained(
  set: readonly PackedGraph[],
  config: MaskedConfig,
  changes: Partial<MaskedTraining>,
): Promise<TrainedNetwork & { losses: number[] }> {
  const losses: number[] = []
  const events = trainMasked({ config, training: { ...training, ...changes }, graphs: set, random: randomStream(1), clock: () => 0 })
  let next = await events.next()
  for (; !next.done; next = await events.next()) if (next.value.type === "step") losses.push(next.value.loss)
  return { ...next.value, losses }
}

describe.skipIf(!graphs)("trainMasked on Community-small", { timeout: 300_000 }, () => {
  it.each([
    ["absorbing", "elbo"],
    ["marginal", "hidden"],
  ] as const)("learns (%s states, weighting %s) in captured steps", async (noising, weighting) => {
    const config = configOf(graphs!, noising)
    const { parameters, losses, fallbackReason, mode } = await trained(graphs!, config, { weighting })
    expect(losses.at(-1)!).toBeLessThan(0.95 * losses[0]!)
    if (backend === "native") expect([fallbackReason, mode]).toEqual([undefined, "captured"])
    const options = { config, sizes: sizeLaw(graphs!), steps: 8, random: randomStream(2) }
    const some = graphs!.slice(0, 20)
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const fresh = { masked: maskedNetwork(config).init(randomStream(0)) }
    const [before, after] = [maskedBound(some, { ...options, parameters: fresh }), maskedBound(some, { ...options, parameters })]
    expect(mean(after.natsBound)).toBeLessThan(mean(before.natsBound))
    if (noising === "absorbing") expect(mean(after.natsBound)).toBeLessThan(mean(after.independentNats))
    disposeParameters(parameters)
    disposeParameters(fresh)
  })
})

describe("maskedBound", () => {
  const some: PackedGraph[] = [
    { nodes: 4, edges: Int32Array.of(0, 1, 1, 2, 2, 3) },
    { nodes: 3, edges: Int32Array.of(0, 1) },
  ]
  const config = configOf(some, "absorbing")
  /** A network that only knows the shares. */
  const parameters = (): Parameters => {
    const fresh = maskedNetwork(config).init(randomStream(0))
    const heads = fresh["heads"] as { pairs: { "1": { weight: tf.Tensor; bias: tf.Tensor } } }
    return {
      masked: {
        ...fresh,
        heads: { pairs: { ...heads.pairs, "1": { ...heads.pairs["1"], weight: tf.zerosLike(heads.pairs["1"].weight) } } },
      },
    }
  }

  it("of a network that only knows the shares is the null model's, in one step exactly and in many on average", () => {
    const own = parameters()
    const options = { config, parameters: own, sizes: sizeLaw(some), random: randomStream(3) }
    const one = maskedBound(some, { ...options, steps: 1 })
    for (const [b, nats] of one.independentNats.entries()) {
      expect(one.size[b]).toBeCloseTo(Math.log(2), 12)
      expect(one.prior[b]).toBe(0)
      expect(one.natsBound[b]).toBeCloseTo(nats, 2)
    }
    const draws = Array.from({ length: 15 }, (_, i) => maskedBound(some, { ...options, steps: 3, random: randomStream(i) }))
    const mean = draws.reduce((sum, { natsBound }) => sum + natsBound[0]!, 0) / draws.length
    expect(Math.abs(mean - one.independentNats[0]!)).toBeLessThan(0.6)
    disposeParameters(own)
  })

  it("tells of a size that training lacked, and refuses other labels", () => {
    const own = parameters()
    const options = { config, parameters: own, sizes: sizeLaw(some), random: randomStream(3), steps: 2 }
    expect(maskedBound([{ nodes: 2, edges: Int32Array.of(0, 1) }], options).natsBound[0]).toBe(Infinity)
    const typed = { ...config, vocabulary: { nodes: ["a"], edges: [] }, shares: { ...config.shares, nodes: [1] } }
    const other = { nodes: 2, edges: Int32Array.of(0, 1), nodeLabels: Uint8Array.of(0, 3) }
    expect(() => maskedBound([other], { ...options, config: typed })).toThrow("expected labels below 1 for nodes")
    disposeParameters(own)
  })
})
