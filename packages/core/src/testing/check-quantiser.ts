import { randomStream, tf, type Parameters } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import { quantise, type Quantiser } from "../quantiser/quantiser.ts"

/** Options of `checkQuantiser`. */
export interface CheckQuantiserOptions<P extends Parameters> {
  /** Parameters to check with; they stay the caller's. @defaultValue those of `init` */
  readonly parameters?: P
  /** Checks scales 1 .. steps. @defaultValue 1 */
  readonly steps?: number
  /** A seed of the parameters and the vectors. @defaultValue 0 */
  readonly seed?: number | string
}

/** Vocabularies up to here are enumerated. */
const mostCodes = 4096
/** Vectors in each of two samples. */
const sites = 32

/**
 * Fails where a quantiser breaks what `Quantiser` promises, at each scale:
 *
 * - tokens have the shape, the type and the range that `tokens` and `vocabulary` say, whatever else is in the batch;
 * - decoding every token gives `vocabulary` different codes [..., C] (enumerated up to 4096 of them), and the code of a
 *   vector is the nearest one of all to `relax` of it, or to the vector itself;
 * - no gradient passes `encode`, and the straight-through one is that of `relax`;
 * - the regulariser is one finite number, and no tensor stays behind.
 *
 * @throws Error that says which, where and with what numbers
 */
export async function checkQuantiser<P extends Parameters>(
  quantiser: Quantiser<P>,
  { parameters, steps = 1, seed = 0 }: CheckQuantiserOptions<P> = {},
): Promise<void> {
  const random = randomStream(seed).fold("check quantiser")
  const own = parameters ?? quantiser.init(random.fold("parameters"))
  const vectors = random.fold("vectors").normal([2, sites, quantiser.channels])
  const weights = random.fold("weights").normal(vectors.shape)
  const before = tf.memory().numTensors
  try {
    for (let step = 1; step <= steps; step++) {
      await checkTokens(quantiser, own, vectors, step)
      await checkCodes(quantiser, own, vectors, step)
      await checkGradients(quantiser, own, { vectors, weights }, step)
      const term = tf.tidy(() => quantiser.regulariser?.(own, vectors, step).clone() ?? tf.scalar(0))
      const [value] = await read(term)
      if (term.rank !== 0 || !Number.isFinite(value))
        throw new Error(`regulariser at scale ${step}: expected a finite scalar, got ${value} [${term.shape}]`)
    }
    const left = tf.memory().numTensors - before
    if (left !== 0) throw new Error(`memory: expected no tensor to stay behind, got ${left}`)
  } finally {
    tf.dispose([vectors, weights, ...(parameters ? [] : [own as tf.TensorContainer])])
  }
}

async function checkTokens<P extends Parameters>(quantiser: Quantiser<P>, parameters: P, vectors: tf.Tensor, step: number): Promise<void> {
  const { tokens: kind, channels, vocabulary } = quantiser
  const tokens = tf.tidy(() => quantiser.encode(parameters, vectors, step).clone())
  const second = tf.tidy(() => quantiser.encode(parameters, vectors.slice([1], [1]), step).clone())
  const { shape, dtype } = tokens
  const [values, alone] = [await read(tokens), await read(second)]
  const width = kind === "ids" ? [] : [kind === "vectors" ? channels : Math.log2(vocabulary)]
  const expected = [2, sites, ...width].join(", ")
  if (shape.join(", ") !== expected) throw new Error(`tokens (${kind}) at scale ${step}: expected [${expected}], got [${shape.join(", ")}]`)
  if (kind !== "vectors") {
    const end = kind === "bits" ? 2 : vocabulary
    const wrong = values.find((value) => !(Number.isInteger(value) && value >= 0 && value < end))
    if (dtype !== "int32" || wrong !== undefined)
      throw new Error(`tokens at scale ${step}: expected int32 from 0 to ${end - 1}, got ${dtype}${wrong === undefined ? "" : ` ${wrong}`}`)
  }
  await expectAllClose(alone, values.slice(values.length / 2), {
    tolerance: 1e-6,
    name: `tokens at scale ${step}, alone against in a batch`,
  })
}

async function checkCodes<P extends Parameters>(quantiser: Quantiser<P>, parameters: P, vectors: tf.Tensor, step: number): Promise<void> {
  const { channels } = quantiser
  const decoded = tf.tidy(() => quantiser.decode(parameters, quantiser.encode(parameters, vectors, step), step).clone())
  const relaxed = tf.tidy(() => (quantiser.relax?.(parameters, vectors, step) ?? vectors).clone())
  const { shape } = decoded
  const [codes, wanted] = [await read(decoded), await read(relaxed)]
  if (shape.join() !== vectors.shape.join()) throw new Error(`codes at scale ${step}: expected [${vectors.shape}], got [${shape}]`)
  if (quantiser.tokens === "vectors") return expectAllClose(codes, wanted, { tolerance: 1e-6, name: `codes of vectors at scale ${step}` }) // nothing is rounded
  const every = everyToken(quantiser)
  if (!every) return
  const all = await read(
    tf.tidy(() => {
      const tokens = every()
      return quantiser.decode(parameters, tokens, step).reshape([quantiser.vocabulary, channels])
    }),
  )
  const rows = Array.from({ length: quantiser.vocabulary }, (_, id) => all.slice(id * channels, (id + 1) * channels))
  const different = new Set(rows.map((row) => row.join())).size
  if (different !== quantiser.vocabulary)
    throw new Error(`codes at scale ${step}: expected ${quantiser.vocabulary} different ones, got ${different}`)
  for (let site = 0; site < codes.length / channels; site++) {
    const target = wanted.slice(site * channels, (site + 1) * channels)
    const distance = (row: readonly number[]): number => row.reduce((sum, value, c) => sum + (value - target[c]!) ** 2, 0)
    const nearest = rows.reduce((least, row) => Math.min(least, distance(row)), Infinity)
    const got = distance(codes.slice(site * channels, (site + 1) * channels))
    if (!(got <= nearest + 1e-4 * Math.max(1, nearest)))
      throw new Error(`code of vector ${site} at scale ${step}: expected the nearest, at squared distance ${nearest}, got one at ${got}`)
  }
}

async function checkGradients<P extends Parameters>(
  quantiser: Quantiser<P>,
  parameters: P,
  { vectors, weights }: { vectors: tf.Tensor; weights: tf.Tensor },
  step: number,
): Promise<void> {
  const gradientOf = (pass: (x: tf.Tensor) => tf.Tensor): Promise<number[]> =>
    // 0 x keeps a function that passes nothing connected, which is what tf.grad asks for
    read(tf.tidy(() => tf.grad((x: tf.Tensor) => pass(x).mul(weights).sum().add(x.mul(0).sum()))(vectors)))
  const through = await gradientOf((x) => quantise(quantiser, parameters, x, step).passed)
  const relaxed = await gradientOf((x) => quantiser.relax?.(parameters, x, step) ?? x)
  await expectAllClose(through, relaxed, { tolerance: 1e-5, name: `straight-through gradient at scale ${step}` })
  if (quantiser.tokens === "vectors") return
  const coded = await gradientOf((x) => quantise(quantiser, parameters, x, step).codes)
  await expectAllClose(
    coded,
    coded.map(() => 0),
    { tolerance: 0, name: `gradient through encode at scale ${step}` },
  )
}

/** All tokens of a quantiser, [V] or [V, d], if there are few enough of them. */
function everyToken({ vocabulary, tokens }: Quantiser): (() => tf.Tensor) | undefined {
  if (vocabulary > mostCodes) return undefined
  const width = Math.log2(vocabulary)
  const ids = Array.from({ length: vocabulary }, (_, id) => id)
  if (tokens === "ids") return () => tf.tensor1d(ids, "int32")
  return () =>
    tf.tensor2d(
      ids.flatMap((id) => Array.from({ length: width }, (_, bit) => (id >> bit) & 1)),
      [vocabulary, width],
      "int32",
    )
}

async function read(tensor: tf.Tensor): Promise<number[]> {
  const values = Array.from(await tensor.data())
  tensor.dispose()
  return values
}
