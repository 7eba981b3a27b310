/** Sums by feature, a whole number from 0 to 2^53 - 1: an open-addressed table, several times faster here than a Map. */
export class FeatureSums {
  #features = new Float64Array(2 ** 16).fill(-1)
  #sums = new Float64Array(2 ** 16)
  #size = 0

  add(feature: number, value: number): void {
    const at = this.#slot(feature)
    if (this.#features[at] === -1) {
      this.#features[at] = feature
      this.#size++
    }
    this.#sums[at]! += value
    if (2 * this.#size > this.#features.length) this.#grow()
  }

  /** 0 for a feature that never came. */
  get(feature: number): number {
    return this.#sums[this.#slot(feature)]!
  }

  *[Symbol.iterator](): Generator<readonly [feature: number, sum: number]> {
    for (const [i, feature] of this.#features.entries()) if (feature !== -1) yield [feature, this.#sums[i]!]
  }

  /** Where a feature is, or would be. */
  #slot(feature: number): number {
    const mask = this.#features.length - 1
    const [low, high] = [feature | 0, (feature / 2 ** 32) | 0]
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    let at = (hash ^ (hash >>> 16)) & mask
    while (this.#features[at] !== feature && this.#features[at] !== -1) at = (at + 1) & mask
    return at
  }

  #grow(): void {
    const [features, sums] = [this.#features, this.#sums]
    this.#features = new Float64Array(2 * features.length).fill(-1)
    this.#sums = new Float64Array(2 * features.length)
    for (const [i, feature] of features.entries()) {
      if (feature === -1) continue
      const at = this.#slot(feature)
      this.#features[at] = feature
      this.#sums[at] = sums[i]!
    }
  }
}
