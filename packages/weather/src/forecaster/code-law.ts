import { categorical, gaussian, pointMass, type Distribution } from "@scalewise/core"
import { ops, tf } from "@scalewise/nn"

// B states, T tokens of a scale, V codes, O numbers that a network says of a token

/**
 * What a network says of a token: the probability of each code, a normal law of a number, or a number without chance. With `diffusion`,
 * numbers of a scale are drawn together: networks take noise from all of them, level by level.
 */
export type CodeLawName = "categorical" | "gaussian" | "mean" | "diffusion"

/** How the numbers that networks put out are a law of tokens, and how they are trained. */
export interface CodeLaw {
  /** O. */
  readonly outputs: number
  /** Whether tokens are ids of codes; else they are the numbers themselves, and nothing is rounded. */
  readonly isDiscrete: boolean
  /** The law of tokens [B, ...] from outputs [B, ..., O]. */
  law(outputs: tf.Tensor): Distribution<tf.Tensor>
  /** What several networks say together: outputs [B, T, O] of each. */
  joined(outputs: readonly tf.Tensor[]): tf.Tensor
  /** What training minimises at each token [B, T]; `table` [V, V] holds the smoothed targets of each code. */
  loss(outputs: tf.Tensor, tokens: tf.Tensor, table: tf.Tensor | undefined): tf.Tensor
  /** Minus the log probability (of a number: density) of each token, nats [B, T]; for `mean`, which has none, the squared error. */
  nats(outputs: tf.Tensor, tokens: tf.Tensor): tf.Tensor
}

/** Keeps deviations from 1/150 to 7 of the training deviation. */
const logVarianceOf = (outputs: tf.Tensor): tf.Tensor => part(outputs, 1).clipByValue(-10, 4)
const part = (outputs: tf.Tensor, index: number): tf.Tensor =>
  outputs.slice([...outputs.shape.slice(1).map(() => 0), index], [...outputs.shape.slice(1).map(() => -1), 1]).squeeze([-1])
const meanOf = (outputs: readonly tf.Tensor[]): tf.Tensor => tf.addN([...outputs]).div(outputs.length)

/** The law of that name: `categorical` is the model's, the others are controls (continuous codes, none of chance, drawn from noise). */
export function codeLaw(name: CodeLawName, codes: number): CodeLaw {
  switch (name) {
    case "categorical":
      return {
        outputs: codes,
        isDiscrete: true,
        law: categorical,
        joined: (outputs) => (outputs.length === 1 ? outputs[0]! : tf.log(meanOf(outputs.map((one) => ops.softmax(one))).maximum(1e-12))),
        loss: (outputs, tokens, table) => ops.softCrossEntropy(outputs, ops.embedding(table!, tokens)),
        nats: (outputs, tokens) => ops.crossEntropy(outputs, tokens),
      }
    case "gaussian": {
      const nats = (outputs: tf.Tensor, tokens: tf.Tensor): tf.Tensor => {
        const logVariance = logVarianceOf(outputs)
        const squares = tokens.sub(part(outputs, 0)).square().mul(logVariance.neg().exp())
        return squares
          .add(logVariance)
          .add(Math.log(2 * Math.PI))
          .mul(0.5)
      }
      return {
        outputs: 2,
        isDiscrete: false,
        law: (outputs) => gaussian({ mean: part(outputs, 0), logVariance: logVarianceOf(outputs) }),
        joined: meanOf,
        loss: nats,
        nats,
      }
    }
    case "diffusion": // a step of its sampler has no chance either: all of it is in the noise at the start
    case "mean": {
      const squares = (outputs: tf.Tensor, tokens: tf.Tensor): tf.Tensor => tokens.sub(part(outputs, 0)).square()
      return { outputs: 1, isDiscrete: false, law: (outputs) => pointMass(part(outputs, 0)), joined: meanOf, loss: squares, nats: squares }
    }
  }
}
