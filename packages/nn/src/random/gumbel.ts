/**
 * Standard Gumbel noise, -log(-log(u)), rounded to float32, of a uniform number on [0, 1) that is a multiple of 2^-24: larger numbers, larger
 * noise. 2^-25 makes u the middle of its interval, so that no logarithm is infinite.
 */
export const gumbelOf = (uniform: number): number => Math.fround(-Math.log(-Math.log(uniform + 2 ** -25)))
