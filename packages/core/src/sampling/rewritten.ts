import type { Distribution } from "../distribution/distribution.ts"

/** A wrapper's prediction: the new law, and the wrapped process's own prediction that `advance` has to give back to it. */
export type Rewritten<Draw, Original = Distribution<Draw>> = Distribution<Draw> & { readonly original: Original }

/** `law`, carrying the prediction that it was made of. */
export const rewritten = <Draw, Original>(law: Distribution<Draw>, original: Original): Rewritten<Draw, Original> => ({ ...law, original })

/** The wrapped process's prediction inside `prediction`, if there is one. */
export const originalOf = <Draw, Original = Distribution<Draw>>(
  prediction: Distribution<Draw> | Rewritten<Draw, Original> | undefined,
): Original | undefined => (prediction as Partial<Rewritten<Draw, Original>> | undefined)?.original
