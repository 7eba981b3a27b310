import { flattenParameters, tf, unflattenParameters, type Loss, type Parameters, type StepInputs } from "@scalewise/nn"

/** How much the gradients of minibatches differ from each other. */
export interface GradientVariance {
  /** Variance over minibatches, mean over the parameters, in squared units of the loss's gradient. */
  raw: number
  /**
   * The same relative to the signal, sum of variances / |mean gradient|^2: comparable between losses of different units.
   * The squared mean is freed of the share that chance adds to it (variance / minibatches); `null` where nothing is left,
   * that is, where so few minibatches cannot tell the mean gradient from zero.
   */
  relative: number | null
  /** Parameters that were looked at. */
  parameters: number
  minibatches: number
}

/** Options of `gradientVariance`. */
export interface GradientVarianceOptions<P> {
  /** The parameters whose gradients count, by dotted name: the trunk that the compared models share. */
  include(name: string): boolean
  parameters: P
  minibatches: number
  /** Inputs of the minibatch of that index; disposed after use. */
  inputs(index: number): StepInputs | Promise<StepInputs>
}

/** The spread of a loss's gradient over minibatches at fixed parameters. */
export async function gradientVariance<P extends Parameters>(
  loss: Loss<P>,
  { include, parameters, minibatches, inputs }: GradientVarianceOptions<P>,
): Promise<GradientVariance> {
  const flat = flattenParameters(parameters)
  const names = Object.keys(flat).filter(include)
  const tensors = names.map((name) => flat[name]!)
  const size = tensors.reduce((sum, tensor) => sum + tensor.size, 0)
  // Welford's running mean and sum of squared deviations, [size].
  let mean: tf.Tensor = tf.zeros([size])
  let squares: tf.Tensor = tf.zeros([size])
  for (let index = 0; index < minibatches; index++) {
    const batch = await inputs(index)
    const [nextMean, nextSquares] = tf.tidy(() => {
      const scalarLoss = (...values: tf.Tensor[]): tf.Tensor => {
        const replaced = Object.fromEntries(names.map((name, i) => [name, values[i]!]))
        const result = loss(unflattenParameters({ ...flat, ...replaced }) as P, batch)
        return "shape" in result && result instanceof tf.Tensor ? result : (result as { loss: tf.Tensor }).loss
      }
      const gradient = tf.concat(
        tf
          .grads(scalarLoss)(tensors)
          .map((part) => tf.reshape(part, [-1])),
      )
      const deviation = tf.sub(gradient, mean)
      const moved = tf.add(mean, tf.div(deviation, index + 1))
      return [moved, tf.add(squares, tf.mul(deviation, tf.sub(gradient, moved)))]
    })
    tf.dispose([mean, squares, batch])
    mean = nextMean!
    squares = nextSquares!
  }
  const total = tf.tidy(() => tf.sum(squares).dataSync()[0]!) / (minibatches - 1)
  const signal = tf.tidy(() => tf.sum(tf.square(mean)).dataSync()[0]!) - total / minibatches
  tf.dispose([mean, squares])
  return { raw: total / size, relative: signal > 0 ? total / signal : null, parameters: size, minibatches }
}
