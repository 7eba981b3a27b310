import { countParameters, layers, randomStream, tf, type Layer, type Parameters, type RandomStream } from "@scalewise/nn"
import type { PairTensors } from "../refiner/pair-batch.ts"
import { initialParameters } from "../refiner/initial-parameters.ts"
import { refiner, type RefinerOptions } from "../refiner/refiner.ts"
import { attributeInputWidths } from "./attribute-input.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { patternHead, type PatternSiteTensors } from "./pattern-head.ts"
import { patternInputWidths } from "./pattern-input.ts"
import { splitInputWidths } from "./split-input.ts"

/** What the attribute network says of hidden nodes and edges. */
export interface AttributeLogits {
  /** [V, kinds of nodes] */
  readonly nodes: tf.Tensor
  /** [E, kinds of edges] */
  readonly edges: tf.Tensor
}

/** The networks of a contraction model, each shared by all levels. */
export interface ContractionNetworks {
  /** Log-odds that a node splits [V]. */
  readonly split: Layer<Parameters, PairTensors>
  /** Logits of the pattern of each site [M, 15]. */
  readonly pattern: Layer<Parameters, PairTensors & { readonly sites: PatternSiteTensors }>
  /** Logits of the attributes; absent where the vocabulary is empty. */
  readonly attributes: Layer<Parameters, PairTensors, AttributeLogits> | undefined
}

/** The networks of a config. */
export function contractionNetworks(config: ContractionConfig): ContractionNetworks {
  const { width, depth, triangles, vocabulary } = config
  const body = (inputs: RefinerOptions["inputs"]) => refiner({ inputs, width, depth, triangles })
  const [split, pattern] = [body(splitInputWidths(config)), body(patternInputWidths(config))]
  const splitHead = layers.linear({ inputs: width, outputs: 1 })
  const patterns = patternHead(width)
  return {
    split: {
      init: (random) => initialParameters({ body: split, head: splitHead }, random),
      apply: (parameters, tensors) =>
        splitHead.apply(parameters["head"] as never, split.apply(parameters["body"] as Parameters, tensors).nodes).squeeze([1]),
    },
    pattern: {
      init: (random) => initialParameters({ body: pattern, head: patterns }, random),
      apply: (parameters, { sites, ...tensors }) =>
        patterns.apply(parameters["head"] as Parameters, {
          refined: pattern.apply(parameters["body"] as Parameters, tensors),
          sites,
        }),
    },
    attributes: vocabulary.nodes.length + vocabulary.edges.length > 0 ? attributeNetwork(config) : undefined,
  }
}

/** Parameters of all networks of a config, as they are before training. */
export function freshParameters(config: ContractionConfig, random: RandomStream): Record<string, Parameters> {
  const { split, pattern, attributes } = contractionNetworks(config)
  return {
    split: split.init(random.fold("split")),
    pattern: pattern.init(random.fold("pattern")),
    ...(attributes && { attributes: attributes.init(random.fold("attributes")) }),
  }
}

/** How many numbers a model of this config holds. */
export function countGraphParameters(config: ContractionConfig): number {
  return tf.tidy(() => countParameters(freshParameters(config, randomStream(0))))
}

function attributeNetwork(config: ContractionConfig): Layer<Parameters, PairTensors, AttributeLogits> {
  const { width, depth, triangles, vocabulary } = config
  const body = refiner({ inputs: attributeInputWidths(config), width, depth, triangles })
  const nodes = layers.mlp({ widths: [width, width, Math.max(1, vocabulary.nodes.length)] })
  const edges = layers.mlp({ widths: [width, width, Math.max(1, vocabulary.edges.length)] })
  return {
    init: (random) => initialParameters({ body, nodes, edges }, random),
    apply(parameters, tensors) {
      const refined = body.apply(parameters["body"] as Parameters, tensors)
      return {
        nodes: nodes.apply(parameters["nodes"] as Parameters, refined.nodes),
        edges: edges.apply(parameters["edges"] as Parameters, refined.pairs),
      }
    },
  }
}
