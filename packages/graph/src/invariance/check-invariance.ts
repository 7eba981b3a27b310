import { ConfigError, randomStream, type RandomStream } from "@scalewise/nn"
import { samplePackedGraphs } from "../sampling/sample-graphs.ts"
import type { GraphModel } from "../model/graph-model.ts"
import { brokenNetworks, type BrokenNetworks } from "./broken-networks.ts"
import { lossInvariance, type LossDeviations } from "./loss-invariance.ts"
import { mapEquivariance, paddingInvariance, type MapDeviations } from "./map-invariance.ts"
import type { InvarianceSubject } from "./network-outputs.ts"
import { samplerInvariance, type SamplerInvariance } from "./sampler-invariance.ts"

/** One check of a model, and the same of the model with a mistake in front of its networks, which must not pass. */
export interface InvarianceCheck {
  readonly check: "maps" | "sampler" | "loss" | "padding"
  /** What was compared: "split network", "graphs that differ", ... */
  readonly name: string
  /** Largest deviation that was found. */
  readonly deviation: number
  readonly limit: number
  readonly passed: boolean
  /** The mistake, and what it does to the deviation. */
  readonly control: { readonly mistake: BrokenNetworks; readonly deviation: number }
}

/** What `checkInvariance` finds. */
export interface InvarianceReport {
  readonly checks: readonly InvarianceCheck[]
  readonly passed: boolean
  /** How often the checks looked. */
  readonly extent: { readonly renamings: number; readonly graphs: number; readonly steps: number; readonly ties: number }
}

/** Options of `checkInvariance`. */
export interface CheckInvarianceOptions {
  /** @defaultValue 0 */
  readonly seed?: number | string
  /** Random renamings of the maps. @defaultValue 100 */
  readonly renamings?: number
  /** Graphs that are drawn twice, and graphs of the losses. @defaultValue 4 */
  readonly graphs?: number
  /** Nodes of the graphs that are drawn. @defaultValue drawn from the training law */
  readonly nodes?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called before each check. */
  readonly onStage?: (stage: string, done: number, total: number) => void
}

/**
 * Whether a trained model is invariant under renaming of nodes: its maps, its sampler from the first node to the last label, its losses (on graphs that
 * it draws itself), and whether padding changes anything. Relative errors, in units of the largest number compared; beside each stands
 * what the same check finds when a mistake is put in front of the model's own networks.
 *
 * @throws ConfigError for a model of another process than contraction
 */
export async function checkInvariance(model: GraphModel, options: CheckInvarianceOptions = {}): Promise<InvarianceReport> {
  const { seed = 0, renamings = 100, graphs = 4, nodes, signal, onStage } = options
  if (model.config.process !== "contraction")
    throw new ConfigError(
      `checkInvariance: expected a contraction model, got a ${model.config.process} one; its tests are those of its package folder`,
    )
  const { contraction: config, sizes, sampling } = model.config
  const random: RandomStream = randomStream(seed).fold("check invariance")
  const subject: InvarianceSubject = { config, parameters: model.parameters }
  const broken = (mistake: BrokenNetworks): InvarianceSubject => ({ ...subject, networks: brokenNetworks(config, mistake) })
  const checks: InvarianceCheck[] = []
  const add = (
    check: InvarianceCheck["check"],
    limit: number,
    mistake: BrokenNetworks,
    rows: readonly (readonly [name: string, deviation: number | undefined, control: number | undefined])[],
  ): void => {
    for (const [name, deviation, control] of rows)
      if (deviation !== undefined && control !== undefined)
        checks.push({ check, name, deviation, limit, passed: deviation <= limit, control: { mistake, deviation: control } })
  }
  const stage = (name: string, done: number): void => {
    signal?.throwIfAborted()
    onStage?.(name, done, 4)
  }

  stage("maps", 0)
  const maps = (own: InvarianceSubject): MapDeviations => mapEquivariance(own, { random, trials: renamings })
  const [trueMaps, brokenMaps] = [maps(subject), maps(broken("index embedding"))]
  add("maps", 1e-5, "index embedding", networkRows(trueMaps, brokenMaps))

  stage("padding", 1)
  const padded = (own: InvarianceSubject): MapDeviations => paddingInvariance(own, { random, trials: Math.min(10, renamings) })
  // A batch of another shape may add up in another order, and a trained network amplifies that more than a fresh one (1e-6 in the tests).
  add("padding", 1e-5, "batch norm", networkRows(padded(subject), padded(broken("batch norm"))))

  stage("sampler", 2)
  const drawn = (own: InvarianceSubject): SamplerInvariance =>
    samplerInvariance(own, { random, sizes, sampling, graphs, nodes, ...(signal && { signal }) })
  const [sampler, indexed] = [drawn(subject), drawn(broken("index embedding"))]
  add("sampler", 0, "index embedding", [["graphs that differ", sampler.differing - sampler.ties, indexed.differing - indexed.ties]])
  add("sampler", 1e-5, "index embedding", [["logits on the way", sampler.logits, indexed.logits]])
  add("sampler", 1e-4, "index embedding", [["log-likelihood of the codes", sampler.likelihood, indexed.likelihood]])

  stage("loss", 3)
  const own = await samplePackedGraphs(model, { count: graphs, nodes, seed: `${seed} check invariance`, signal })
  const losses = (of: InvarianceSubject): LossDeviations => lossInvariance(of, { graphs: own.map(({ graph }) => graph), random })
  const [loss, spoiled] = [losses(subject), losses(broken("index embedding"))]
  add("loss", 1e-4, "index embedding", [
    ["splits and patterns", loss.skeleton, spoiled.skeleton],
    ["attributes", loss.attributes, spoiled.attributes],
  ])
  return {
    checks,
    passed: checks.every(({ passed }) => passed) && loss.differingPyramids === 0,
    extent: { renamings, graphs, steps: sampler.steps, ties: sampler.ties },
  }
}

const networkRows = (own: MapDeviations, control: MapDeviations): (readonly [string, number | undefined, number | undefined])[] => [
  ["split network", own.split, control.split],
  ["pattern network", own.pattern, control.pattern],
  ["attribute network", own.attributes, control.attributes],
]
