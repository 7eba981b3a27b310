/** Images of one format and size, as they are stored. */
export interface OriginalImages {
  /** "png", "jpeg", "webp", "idx" or "cifar10". */
  readonly format: string
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly count: number
}

/** Counts images of equal format and size; the most frequent come first, then the smaller. */
export function groupOriginals(images: Iterable<Omit<OriginalImages, "count">>): OriginalImages[] {
  const groups = new Map<string, OriginalImages>()
  for (const { format, height, width, channels } of images) {
    const key = `${format} ${height} ${width} ${channels}`
    groups.set(key, { format, height, width, channels, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.height * a.width - b.height * b.width)
}
