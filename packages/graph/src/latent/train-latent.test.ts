import { disposeParameters, randomStream, selectBackend } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { categoriesOf, categoryShares } from "../process/graph-categories.ts"
import { sizeLaw } from "../process/size-law.ts"
import { communitySmall } from "../testing/community-small.ts"
import type { LatentConfig } from "./latent-config.ts"
import { latentLikelihood } from "./latent-process.ts"
import { reconstructionReport } from "./reconstruction.ts"
import { trainLatent, type LatentStage, type LatentTraining } from "./train-latent.ts"

const plain = { nodes: [], edges: [] }
const graphs = await communitySmall()
const { name: backend } = await selectBackend()

const network = { batch: 16, rate: 3e-3, warmup: 20, finalRate: 0.1, weightDecay: 0, clipNorm: 1, ema: 0.9 }
const training: LatentTraining = {
  loss: { pairWeight: 1, quantiser: 0.5, commitment: 0.25 },
  plain: { ...network, steps: 100 },
  quantised: { ...network, steps: 200 },
  prior: { ...network, steps: 60 },
  startGraphs: 80,
  reviveEvery: 20,
  codeNoise: 0.05,
}

describe.skipIf(!graphs)("trainLatent on Community-small", () => {
  it("learns in all stages, in captured steps, and its codes give pairs back", { timeout: 600_000 }, async () => {
    const config: LatentConfig = {
      channels: 6,
      bands: [4, 1, 0],
      codes: 16,
      pairCodes: 2,
      pairChannels: 2,
      walks: 2,
      width: 16,
      depth: 2,
      decoderDepth: 1,
      triangles: 0,
      noise: 2,
      vocabulary: plain,
      shares: categoryShares(
        graphs!.map((graph) => categoriesOf(graph, plain)),
        plain,
      ),
    }
    const losses: Record<LatentStage, number[]> = { plain: [], quantised: [], prior: [] }
    const events = trainLatent({ config, training, graphs: graphs!, random: randomStream(1), clock: () => 0 })
    let next = await events.next()
    for (; !next.done; next = await events.next())
      if (next.value.event.type === "step") {
        // Nodes alone learn the pairs later than this short training lasts; nodes and pair codes together do not.
        const { loss, metrics } = next.value.event
        losses[next.value.stage].push(next.value.stage === "prior" ? loss : metrics["wholePairLoss"]!)
      }
    const { parameters, mode, fallbackReason } = next.value
    if (backend === "native") expect([mode, fallbackReason]).toEqual(["captured", undefined])
    expect(losses.plain.at(-1)!).toBeLessThan(0.4 * losses.plain[0]!)
    expect(losses.prior.at(-1)!).toBeLessThan(0.95 * losses.prior[0]!)
    const report = reconstructionReport(config, parameters, graphs!, { random: randomStream(2) })
    const density = config.shares.pairs[1]!
    expect(report.pairs).toBeGreaterThan(1 - density / 2) // twice as good as no edges at all
    expect(report.perplexity).toHaveLength(5)
    expect(Math.max(...report.perplexity)).toBeGreaterThan(2)
    const { nats } = latentLikelihood({ config, parameters, sizes: sizeLaw(graphs!) }, graphs!.slice(0, 10))
    expect(nats.every((value) => value < 0 && Number.isFinite(value))).toBe(true)
    disposeParameters(parameters)
  })
})
