import { ConfigError, tf } from "@scalewise/nn"

/** Ids are computed in float32, which holds whole numbers (and their halves, for the division) up to here. */
const largestVocabulary = 2 ** 23

/** The product of the radices; what `digitsToIds` can number. */
export const vocabularyOf = (radices: readonly number[]): number => radices.reduce((product, radix) => product * radix, 1)

/**
 * Numbers the digits [..., D] of a mixed-radix system: id = sum of digit_i times the product of the radices before i, int32 [...].
 *
 * @throws ConfigError where there are more than 2^23 ids
 */
export function digitsToIds(digits: tf.Tensor, radices: readonly number[]): tf.Tensor {
  const basis = placeValues(radices)
  return tf.tidy(() => digits.toFloat().mul(tf.tensor1d(basis)).sum(-1).toInt())
}

/** The inverse of `digitsToIds`: int32 ids [...] to int32 digits [..., D]. */
export function idsToDigits(ids: tf.Tensor, radices: readonly number[]): tf.Tensor {
  const basis = placeValues(radices)
  return tf.tidy(() => {
    // Half a unit above the whole number, so that a rounded reciprocal cannot fall below it
    const quotients = ids
      .toFloat()
      .add(0.5)
      .reshape([...ids.shape, 1])
      .div(tf.tensor1d(basis))
      .floor()
    const radix = tf.tensor1d([...radices])
    return quotients.sub(quotients.add(0.5).div(radix).floor().mul(radix)).toInt()
  })
}

function placeValues(radices: readonly number[]): number[] {
  const vocabulary = vocabularyOf(radices)
  if (vocabulary > largestVocabulary)
    throw new ConfigError(`expected at most 2^23 different codes to be numbered, got ${vocabulary}; use tokens: "bits", or fewer levels`)
  return radices.map((_, index) => vocabularyOf(radices.slice(0, index)))
}
