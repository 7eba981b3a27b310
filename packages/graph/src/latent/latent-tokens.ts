import type { ForwardProcess } from "@scalewise/core"
import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { siteCount, type SiteDraw } from "../process/site-law.ts"
import type { Sizes } from "../refiner/size-ladder.ts"
import { autoencoder, type Autoencoder } from "./autoencoder.ts"
import { autoencoderTensors } from "./autoencoder-loss.ts"
import { scaleCount, scalePart, type LatentConfig } from "./latent-config.ts"

/** Codes of one graph: one list for each scale, of the global token, the nodes, or the pairs. */
export type GraphTokens = readonly Uint16Array[]

/** Codes of graphs, with noise [nodes, noise] of each for the encoder (Eqs. 12-16). */
export function graphTokens(
  model: Autoencoder,
  config: LatentConfig,
  parameters: Parameters,
  { graphs, noise, sizes }: { readonly graphs: readonly PackedGraph[]; readonly noise: readonly Float32Array[]; readonly sizes?: Sizes },
): GraphTokens[] {
  const perScale: ArrayLike<number>[] = []
  tf.tidy(() => {
    const { bands, pairs } = model.code(parameters, autoencoderTensors(graphs, noise, config, sizes).tensors)
    for (const { tokens } of [...bands, ...(pairs ? [pairs] : [])]) perScale.push(tokens.dataSync())
  })
  const next = perScale.map(() => 0)
  return graphs.map(({ nodes }) =>
    perScale.map((tokens, k) => {
      const [from, count] = [next[k]!, siteCount(scalePart(config, k + 1), nodes)]
      next[k] = from + count
      return Uint16Array.from({ length: count }, (_, i) => tokens[from + i]!)
    }),
  )
}

/** q of the literal reading (Eqs. 12-16): graphs to the codes of every scale, with noise for the encoder from each graph's stream. */
export function latentForward(config: LatentConfig, parameters: Parameters): ForwardProcess<readonly PackedGraph[], readonly SiteDraw[]> {
  const model = autoencoder(config)
  return {
    steps: scaleCount(config),
    targets(graphs, random: RandomStream) {
      const noise = graphs.map(({ nodes }, b) =>
        random
          .row(b)
          .fold("noise")
          .normalValues([nodes * config.noise]),
      )
      const tokens = graphTokens(model, config, parameters, { graphs, noise })
      return Array.from({ length: scaleCount(config) }, (_, k) => tokens.map((own) => drawOf(scalePart(config, k + 1), own[k]!)))
    },
  }
}

const none = new Uint16Array()

/** The draw of one scale's codes. */
function drawOf(part: "globals" | "nodes" | "pairs", tokens: Uint16Array): SiteDraw {
  return { globals: none, nodes: none, pairs: none, noise: new Float32Array(), [part]: tokens }
}
