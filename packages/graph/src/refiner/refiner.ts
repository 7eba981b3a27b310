import { layers, ops, tf, type Layer, type Parameters } from "@scalewise/nn"
import { initialParameters } from "./initial-parameters.ts"
import type { PairTensors } from "./pair-batch.ts"

// B graphs, V nodes, E pairs, T triangles of the whole batch, D width, U width of the triangle messages

/** Size of a refiner. */
export interface RefinerOptions {
  /** Features of a node, a pair and a graph. */
  readonly inputs: { readonly nodes: number; readonly pairs: number; readonly globals: number }
  /** D, width of the three streams. */
  readonly width: number
  /** Number of layers. */
  readonly depth: number
  /** U, width of the messages around triangles; 0: none. */
  readonly triangles: number
}

/** The three streams after the last layer, normalised. */
export interface RefinerOutput {
  /** [V, D] */
  readonly nodes: tf.Tensor
  /** [E, D] */
  readonly pairs: tf.Tensor
  /** [B, D] */
  readonly globals: tf.Tensor
}

/**
 * A set Transformer over nodes, undirected pairs and whole graphs. Attention is gated by the pair between two nodes and runs along the
 * pairs given: the edges of a sparse graph, or all pairs of a dense one. Nothing depends on the numbering of nodes, and both ends of a
 * pair are treated alike, so that every output commutes with renaming. Residual branches are scaled by 2 / sqrt(2 depth), which keeps
 * the streams stable at any depth.
 */
export function refiner({ inputs, width, depth, triangles }: RefinerOptions): Layer<Parameters, PairTensors, RefinerOutput> {
  const scale = 2 / Math.sqrt(2 * depth)
  const dense = (from: number, to: number, bias = true) => layers.linear({ inputs: from, outputs: to, bias })
  const norm = layers.layerNorm({ channels: width })
  const hidden = 2 * width
  const embed = { nodes: dense(inputs.nodes, width), pairs: dense(inputs.pairs, width), globals: dense(inputs.globals, width) }
  const layer = {
    normNodes: norm,
    normPairs: norm,
    fromPair: dense(width, width),
    fromEnd: dense(width, width, false),
    value: dense(width, width, false),
    nodes: layers.mlp({ widths: [3 * width, hidden, width] }),
    pairs: dense(width, width),
    globals: layers.mlp({ widths: [2 * width, width, width] }),
    ...(triangles > 0 && { side: dense(width, triangles, false), across: dense(triangles, width, false) }),
  }
  const final = { nodes: norm, pairs: norm, globals: norm }

  return {
    init: (random) => ({
      embed: initialParameters(embed, random.fold("embed")),
      layers: Object.fromEntries(Array.from({ length: depth }, (_, i) => [i, initialParameters(layer, random.fold("layers").fold(i))])),
      final: initialParameters(final, random.fold("final")),
    }),
    apply(parameters, { nodes, pairs, globals, graphOf, weight, ends, triangles: sides }) {
      const [nodeCount, graphCount] = [nodes.shape[0], globals.shape[0]]
      const [u, v] = tf.split(ends, 2) as [tf.Tensor, tf.Tensor]
      const others = tf.concat([v, u]) // for each entry of `ends` the other end of its pair
      const at = parameters.embed as Record<string, never>
      let hVD = embed.nodes.apply(at.nodes!, nodes)
      let eED = embed.pairs.apply(at.pairs!, pairs)
      let yBD = embed.globals.apply(at.globals!, globals)
      for (let i = 0; i < depth; i++) {
        const p = (parameters.layers as Record<string, Record<string, never>>)[i]!
        const normedVD = layer.normNodes.apply(p.normNodes!, hVD)
        const normedED = layer.normPairs.apply(p.normPairs!, eED)
        const endVD = layer.fromEnd.apply(p.fromEnd!, normedVD)
        let stateED = layer.fromPair.apply(p.fromPair!, normedED).add(ops.embedding(endVD, u)).add(ops.embedding(endVD, v))
        if (layer.side && sides.size > 0) {
          const sideEU = layer.side.apply(p.side!, normedED)
          stateED = stateED.add(layer.across!.apply(p.across!, aroundTriangles(sideEU, sides)).mul(0.3))
        }
        // Gated attention: a node hears the values of its neighbours, as loud as the pair between them says.
        const gateED = tf.sigmoid(stateED)
        const valueVD = layer.value.apply(p.value!, normedVD)
        const heard = ops.embedding(valueVD, others).mul(tf.concat([gateED, gateED]))
        const messageVD = ops.segmentSum(heard, ends, nodeCount).mul(0.4)
        hVD = hVD.add(layer.nodes.apply(p.nodes!, tf.concat([normedVD, messageVD, ops.embedding(yBD, graphOf)], 1)).mul(scale))
        eED = eED.add(layer.pairs.apply(p.pairs!, ops.geluTanh(stateED)).mul(scale))
        const meanBD = ops.segmentSum(layer.normNodes.apply(p.normNodes!, hVD), graphOf, graphCount).mul(weight)
        yBD = yBD.add(layer.globals.apply(p.globals!, tf.concat([yBD, meanBD], 1)).mul(scale))
      }
      const last = parameters.final as Record<string, never>
      return {
        nodes: final.nodes.apply(last.nodes!, hVD),
        pairs: final.pairs.apply(last.pairs!, eED),
        globals: final.globals.apply(last.globals!, yBD),
      }
    },
  }
}

/** For each pair the sum over its triangles of the product of the other two sides' messages [E, U]. */
function aroundTriangles(sideEU: tf.Tensor, sides: tf.Tensor): tf.Tensor {
  const [a, b, c] = tf.split(ops.embedding(sideEU, sides), 3) as [tf.Tensor, tf.Tensor, tf.Tensor] // [T, U] each
  return ops.segmentSum(tf.concat([b.mul(c), a.mul(c), a.mul(b)]), sides, sideEU.shape[0])
}
