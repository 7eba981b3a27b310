import { kMeans } from "@scalewise/core"
import { disposeParameters, ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { autoencoder, type CodedGraphs } from "./autoencoder.ts"
import { autoencoderTensors } from "./autoencoder-loss.ts"
import { nodeQuantiser, pairQuantiser } from "./latent-codes.ts"
import type { LatentConfig } from "./latent-config.ts"

/** Most vectors that a codebook is fitted to. */
const samples = 8192

/**
 * Codebooks that fit the latents of some graphs, coarse to fine: each scale's is fitted by k-means to what the coded scales before it have
 * left over, the pairs' last. `parameters` are those of encoder and decoder; all stay the caller's.
 */
export async function startCodes(
  config: LatentConfig,
  parameters: Parameters,
  graphs: readonly PackedGraph[],
  random: RandomStream,
): Promise<{ readonly nodeCodes: Parameters; readonly pairCodes: Parameters }> {
  const model = autoencoder(config)
  const books: Record<string, tf.Tensor> = { ...nodeQuantiser(config).init(random.fold("unused")).codebook }
  const pairBook = { ...pairQuantiser(config).init(random.fold("unused pairs")).codebook }
  const noise = graphs.map((graph, b) =>
    random
      .fold("noise")
      .fold(b)
      .normalValues([graph.nodes * config.noise]),
  )
  const { tensors } = autoencoderTensors(graphs, noise, config)
  const fit = async (residualOf: (codes: CodedGraphs) => tf.Tensor, clusters: number, label: number): Promise<tf.Tensor> => {
    const stream = random.fold("clusters").fold(label)
    const points = tf.tidy(() => {
      const all = residualOf(model.code({ ...parameters, nodeCodes: { codebook: books }, pairCodes: { codebook: pairBook } }, tensors))
      const rows = stream.fold("rows").permutation(all.shape[0]).slice(0, samples)
      return ops.embedding(all, tf.tensor1d(rows, "int32"))
    })
    const found = await kMeans(points, { clusters, random: stream })
    points.dispose()
    return found
  }
  try {
    for (let scale = 1; scale <= 1 + config.bands.length; scale++) {
      const found = await fit(({ bands }) => bands[scale - 1]!.residual, config.codes, scale)
      books[scale - 1]!.dispose()
      books[scale - 1] = found
    }
    if (config.pairCodes > 0) {
      const found = await fit(({ pairs }) => pairs!.residual, config.pairCodes, 0)
      pairBook["0"]!.dispose()
      pairBook["0"] = found
    }
    return { nodeCodes: { codebook: books }, pairCodes: { codebook: pairBook } }
  } catch (error) {
    disposeParameters({ books, pairBook })
    throw error
  } finally {
    tf.dispose(tensors)
  }
}
