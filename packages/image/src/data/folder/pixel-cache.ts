/** Decoded pictures in memory, up to a bound. */
export interface PixelCache {
  get(file: string): Uint8Array | undefined
  /** Keeps the picture if there is room. */
  add(file: string, bytes: Uint8Array): void
  /** Bytes held. */
  readonly held: number
}

/**
 * A cache that evicts nothing: every epoch reads every picture once in a new order, so what was used last is used last again, and
 * keeping the first that fit serves more reads than keeping the latest.
 *
 * @param limit - most bytes to hold
 */
export function pixelCache(limit: number): PixelCache {
  const pictures = new Map<string, Uint8Array>()
  let held = 0
  return {
    get: (file) => pictures.get(file),
    add(file, bytes) {
      if (held + bytes.length > limit || pictures.has(file)) return
      pictures.set(file, bytes)
      held += bytes.length
    },
    get held() {
      return held
    },
  }
}
