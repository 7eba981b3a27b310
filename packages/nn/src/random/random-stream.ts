import * as tf from "../backend/tf.ts"
import { ConfigError, ShapeError } from "../errors.ts"
import { gumbelOf } from "./gumbel.ts"
import { philox4x32, philoxWords } from "./philox.ts"

/**
 * A seeded source of random numbers that never changes: what a draw returns depends on the stream and the shape
 * alone, so the same call twice gives the same numbers. Take a new branch for every new use:
 *
 *     const noise = stream.fold("noise").fold(step).normal([batch, 784])
 *
 * There is no state to save: a run is resumed by folding in the same step number. The numbers are made in
 * JavaScript (Philox4x32-10, float64 arithmetic rounded once), hence equal on every backend.
 */
export interface RandomStream {
  /** The branch of that name or index. Different labels give independent streams. */
  fold(label: string | number): RandomStream
  /**
   * One stream for a batch of samples: row b of every draw is the draw of `fold(ids[b])`, whatever else is in the
   * batch. The first dimension of every shape drawn must be `ids.length`.
   */
  samples(ids: readonly number[]): RandomStream
  /** Of a batch stream the branch of its sample number `row`, for draws of which each sample has another number. */
  row(row: number): RandomStream
  /** Uniform on [0, 1), multiples of 2^-24. */
  uniform(shape: readonly number[]): tf.Tensor
  /** Standard normal (Box-Muller). */
  normal(shape: readonly number[]): tf.Tensor
  /** Standard Gumbel, -log(-log(u)) with u in (0, 1): argmax(logits + gumbel) is a categorical draw. */
  gumbel(shape: readonly number[]): tf.Tensor
  /** As `uniform`, for work outside tensors. */
  uniformValues(shape: readonly number[]): Float32Array
  /** As `normal`, for work outside tensors. */
  normalValues(shape: readonly number[]): Float32Array
  /** `count` integers in [0, below), unbiased; `below` is at most 2^31. Of a batch stream one for each sample. */
  integers(count: number, below: number): Int32Array
  /** A random order of 0 .. count - 1 (Fisher-Yates; uniform up to count / 2^32). */
  permutation(count: number): Int32Array
}

type Key = readonly [number, number]

/**
 * The root stream of a seed.
 *
 * @param seed - an integer from 0 to 2^53 - 1, or any text
 * @throws ConfigError for a negative or fractional number
 */
export function randomStream(seed: number | string): RandomStream {
  if (typeof seed === "string") return new KeyedStream(foldKey([0x5ca1e, 0x3153], seed))
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ConfigError(`randomStream: expected a seed from 0 to 2^53 - 1 or a text, got ${seed}`)
  return new KeyedStream([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0])
}

class KeyedStream implements RandomStream {
  readonly #key: Key

  constructor(key: Key) {
    this.#key = key
  }

  fold(label: string | number): RandomStream {
    return new KeyedStream(foldKey(this.#key, label))
  }

  samples(ids: readonly number[]): RandomStream {
    return new BatchStream(ids.map((id) => this.fold(id)))
  }

  row(): RandomStream {
    throw new ConfigError("RandomStream.row: this stream is one sample's; only a batch of streams has rows")
  }

  uniform(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.uniformValues(shape), [...shape], "float32")
  }

  normal(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.normalValues(shape), [...shape], "float32")
  }

  gumbel(shape: readonly number[]): tf.Tensor {
    return tf.tensor(gumbels(this.uniformValues(shape)), [...shape], "float32")
  }

  uniformValues(shape: readonly number[]): Float32Array {
    const words = philoxWords(this.#key, sizeOf(shape))
    const values = new Float32Array(words.length)
    for (let i = 0; i < words.length; i++) values[i] = (words[i]! >>> 8) / 2 ** 24
    return values
  }

  normalValues(shape: readonly number[]): Float32Array {
    const count = sizeOf(shape)
    const words = philoxWords(this.#key, count + (count % 2))
    const values = new Float32Array(count)
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[i]! + 0.5) / 2 ** 32))
      const angle = (2 * Math.PI * words[i + 1]!) / 2 ** 32
      values[i] = radius * Math.cos(angle)
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle)
    }
    return values
  }

  integers(count: number, below: number): Int32Array {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 31)
      throw new ConfigError(`integers: expected an upper end from 1 to 2^31, got ${below}`)
    const limit = 2 ** 32 - (2 ** 32 % below) // words at or above it would favour small results
    const values = new Int32Array(count)
    const words = philoxWords(this.#key, count)
    for (let i = 0; i < count; i++) {
      let word = words[i]!
      for (let retry = 0; word >= limit; retry++) word = philoxWords(foldKey(foldKey(this.#key, i), retry), 1)[0]!
      values[i] = word % below
    }
    return values
  }

  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i)
    const words = philoxWords(this.#key, count)
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor((words[i]! / 2 ** 32) * (i + 1))
      const kept = order[i]!
      order[i] = order[j]!
      order[j] = kept
    }
    return order
  }
}

/** Rows drawn from one stream each. */
class BatchStream implements RandomStream {
  readonly #rows: readonly RandomStream[]

  constructor(rows: readonly RandomStream[]) {
    this.#rows = rows
  }

  fold(label: string | number): RandomStream {
    return new BatchStream(this.#rows.map((row) => row.fold(label)))
  }

  samples(): RandomStream {
    throw new ConfigError("RandomStream.samples: this stream already has one branch per sample")
  }

  row(row: number): RandomStream {
    const found = this.#rows[row]
    if (!found) throw new ShapeError(`RandomStream.row: expected a row from 0 to ${this.#rows.length - 1}, got ${row}`)
    return found
  }

  uniform(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.uniformValues(shape), [...shape], "float32")
  }

  normal(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.normalValues(shape), [...shape], "float32")
  }

  gumbel(shape: readonly number[]): tf.Tensor {
    return tf.tensor(gumbels(this.uniformValues(shape)), [...shape], "float32")
  }

  uniformValues(shape: readonly number[]): Float32Array {
    return this.#gather(shape, (row, rest) => row.uniformValues(rest))
  }

  normalValues(shape: readonly number[]): Float32Array {
    return this.#gather(shape, (row, rest) => row.normalValues(rest))
  }

  integers(count: number, below: number): Int32Array {
    this.#checkRows(count)
    return Int32Array.from(this.#rows, (row) => row.integers(1, below)[0]!)
  }

  permutation(): Int32Array {
    throw new ConfigError("RandomStream.permutation: a permutation belongs to a single stream, not to a batch of them")
  }

  #gather(shape: readonly number[], draw: (row: RandomStream, rest: readonly number[]) => Float32Array): Float32Array {
    this.#checkRows(shape[0])
    const rest = shape.slice(1)
    const size = sizeOf(rest)
    const values = new Float32Array(this.#rows.length * size)
    for (const [b, row] of this.#rows.entries()) values.set(draw(row, rest), b * size)
    return values
  }

  #checkRows(rows: number | undefined): void {
    if (rows !== this.#rows.length)
      throw new ShapeError(`RandomStream: expected ${this.#rows.length} rows, one for each sample of the batch, got ${rows}`)
  }
}

/** A child key is a block of the parent's cipher at a counter that says "fold" (word 3 = 1) and holds the label. */
function foldKey(key: Key, label: string | number): Key {
  const words = new Uint32Array(4)
  if (typeof label === "number") {
    if (!Number.isSafeInteger(label) || label < 0)
      throw new ConfigError(`RandomStream.fold: expected an index from 0 to 2^53 - 1 or a name, got ${label}`)
    philox4x32(words, 0, label >>> 0, Math.floor(label / 2 ** 32) >>> 0, 0, 1, key[0], key[1])
  } else {
    const bytes = new TextEncoder().encode(label)
    words.set([key[0], key[1]])
    // The name is absorbed eight bytes at a time; the length goes in last.
    for (let at = 0; at <= bytes.length; at += 8) {
      const low = readWord(bytes, at)
      const high = readWord(bytes, at + 4)
      philox4x32(words, 0, low, high, bytes.length, 2, words[0]!, words[1]!)
    }
  }
  return [words[0]!, words[1]!]
}

const readWord = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0

/** In place. */
function gumbels(uniforms: Float32Array): Float32Array {
  for (let i = 0; i < uniforms.length; i++) uniforms[i] = gumbelOf(uniforms[i]!)
  return uniforms
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)
