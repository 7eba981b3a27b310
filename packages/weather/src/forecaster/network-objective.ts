import { tf, type Loss, type Parameters, type RandomStream, type StepInputs } from "@scalewise/nn"
import { smoothedTargets, type CodeSmoothing } from "./code-smoothing.ts"
import { denoisingLoss, noiseInputs } from "./denoising-loss.ts"
import type { ForecastBody, ForecastParameters } from "./forecast-process.ts"
import { codesInputs, keepMasks, refinerLoss, tokenNats, tokenWeights } from "./refiner-loss.ts"

// B states, K scales

/** What the networks of a law learn, and by what it is told whether they have. */
export interface NetworkObjective {
  readonly loss: Loss<Parameters>
  /** What a step reads beside its B examples. Some of the tensors are the objective's. */
  inputs(batch: number, random: RandomStream): StepInputs
  /** Of B examples at each scale [K], the lower the better; the caller's. */
  scores(networks: Parameters, examples: StepInputs, batch: number, random: RandomStream): tf.Tensor
  dispose(): void
}

/** Options of `networkObjective`. */
export interface NetworkObjectiveOptions {
  readonly body: ForecastBody
  readonly codes: ForecastParameters["codes"]
  readonly smoothing: CodeSmoothing
}

/** The objective of a config's law: that of the tokens, or to take noise from them. */
export const networkObjective = (options: NetworkObjectiveOptions): Promise<NetworkObjective> | NetworkObjective =>
  options.body.config.law === "diffusion" ? denoisingObjective(options) : tokenObjective(options)

async function tokenObjective({ body, codes, smoothing }: NetworkObjectiveOptions): Promise<NetworkObjective> {
  const weights = tokenWeights(body)
  const targets = await smoothedTargets(body.tokens.codebooks(codes), smoothing)
  const tables = Object.fromEntries([
    ...targets.map((table, k) => [`targets${k}`, table]),
    ...weights.map((weight, k) => [`weights${k}`, weight]),
    ...Object.entries(codesInputs(codes)),
  ]) as StepInputs
  return {
    loss: refinerLoss(body),
    inputs: (batch, random) => ({ ...tables, ...keepMasks(body, batch, random) }),
    scores: (networks, examples) => tokenNats(body, { networks, codes }, examples, weights),
    dispose: () => tf.dispose([targets, weights]),
  }
}

function denoisingObjective({ body, codes }: NetworkObjectiveOptions): NetworkObjective {
  const loss = denoisingLoss(body)
  const tables = codesInputs(codes)
  return {
    loss,
    inputs: (batch, random) => ({ ...tables, ...noiseInputs(body, batch, random), ...keepMasks(body, batch, random) }),
    scores: (networks, examples, batch, random) =>
      tf.tidy(() => {
        const found = loss(networks, { ...examples, ...tables, ...noiseInputs(body, batch, random) }) as Record<string, tf.Tensor>
        return tf.stack(body.schedule.grids.map((_, k) => found[`scale${k + 1}`]!))
      }),
    dispose: () => {},
  }
}
