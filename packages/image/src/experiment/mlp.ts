import { ConfigError, ops, tf, type Layer, type RandomStream } from "@scalewise/nn"

// Letters: B batch, I inputs, H hidden width, O outputs.

/** A linear map's weight [I, O] and bias [O]. */
export type LinearParameters = { weight: tf.Tensor; bias: tf.Tensor }

/** The two hidden layers and the norm: everything before the output layer. */
export type TrunkParameters = { first: LinearParameters; second: LinearParameters; norm: LinearParameters }

/** Parameters of `mlp`. */
export type MlpParameters = { trunk: TrunkParameters; output: LinearParameters }

/** Sizes of `mlp`. */
export interface MlpOptions {
  inputs: number
  /** Width of both hidden layers. */
  hidden: number
  outputs: number
}

/**
 * Section 4's network: two hidden layers with GELU, LayerNorm before the output layer, [B, I] -> [B, O]. ("2-layer" is read
 * as two hidden layers.) Weights start uniform in +-1/sqrt(inputs of the layer), biases and the norm as the identity.
 */
export function mlp({ inputs, hidden, outputs }: MlpOptions): Layer<MlpParameters> {
  return {
    init: (random) => ({
      trunk: {
        first: initLinear(inputs, hidden, random.fold("first")),
        second: initLinear(hidden, hidden, random.fold("second")),
        norm: { weight: tf.ones([hidden]), bias: tf.zeros([hidden]) },
      },
      output: initLinear(hidden, outputs, random.fold("output")),
    }),
    apply: ({ trunk, output }, xBI) => {
      const firstBH = ops.gelu(ops.linear(xBI, trunk.first.weight, trunk.first.bias))
      const secondBH = ops.gelu(ops.linear(firstBH, trunk.second.weight, trunk.second.bias))
      return ops.linear(ops.layerNorm(secondBH, trunk.norm), output.weight, output.bias)
    },
  }
}

/** A linear map with weights uniform in +-1/sqrt(inputs) and biases of zero. */
export function initLinear(inputs: number, outputs: number, random: RandomStream): LinearParameters {
  const reach = 1 / Math.sqrt(inputs)
  const weight = tf.tidy(() => tf.mul(tf.sub(random.uniform([inputs, outputs]), 0.5), 2 * reach))
  return { weight, bias: tf.zeros([outputs]) }
}

/** How many numbers `mlp` trains. */
export const mlpSize = ({ inputs, hidden, outputs }: MlpOptions): number =>
  (inputs + 1) * hidden + (hidden + 1) * hidden + 2 * hidden + (hidden + 1) * outputs

/**
 * The one hidden width with which networks of these inputs and outputs hold together as near as possible to `budget` parameters.
 *
 * @throws ConfigError when no width comes within 1 %
 */
export function matchedWidth(networks: readonly Omit<MlpOptions, "hidden">[], budget: number): number {
  const total = (hidden: number) => networks.reduce((sum, network) => sum + mlpSize({ ...network, hidden }), 0)
  let above = 1
  while (total(above) < budget) above++
  const hidden = above > 1 && budget - total(above - 1) < total(above) - budget ? above - 1 : above
  if (Math.abs(total(hidden) / budget - 1) > 0.01)
    throw new ConfigError(
      `matchedWidth: expected a width that gives ${budget} parameters within 1 %, got ${total(hidden)} at best; take a larger width`,
    )
  return hidden
}
