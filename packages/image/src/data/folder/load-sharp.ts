import { ConfigError } from "@scalewise/nn"
import type { Sharp, SharpInput, SharpOptions } from "sharp"

/** The picture library; see sharp.pixelplumbing.com. */
export type SharpFunction = (input?: SharpInput, options?: SharpOptions) => Sharp

/**
 * Loads the package `sharp` at the first need, since it has a binary part: whoever reads idx or CIFAR files never loads it.
 *
 * @param load - replaces the import in tests
 * @throws ConfigError where the package is missing or has no binary for this machine
 */
export async function loadSharp(load: () => Promise<{ default: SharpFunction }> = () => import("sharp")): Promise<SharpFunction> {
  try {
    return (await load()).default
  } catch (cause) {
    const reason = (cause as Error).message.trim().split("\n")[0]
    throw new ConfigError(
      `image folder: expected the package sharp, which reads PNG, JPEG and WebP, got "${reason}"; run npm install sharp, or use idx or CIFAR files`,
      { cause },
    )
  }
}
