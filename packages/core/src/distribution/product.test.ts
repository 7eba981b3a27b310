import { randomStream, tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { categorical, type Categorical } from "./categorical.ts"
import { gaussian } from "./gaussian.ts"
import { product } from "./product.ts"

const random = randomStream(2).samples([0, 1])
const nodes = categorical(tf.tensor3d([[[0, 1]], [[2, 0]]]))
const pairs = gaussian({ mean: tf.zeros([2, 3]) })

test("a draw has every part, and its log probability and entropy are the sums", () => {
  const law = product<{ nodes: tf.Tensor; pairs: tf.Tensor }>({ nodes, pairs })
  const draw = law.sample(random)
  expect(draw.nodes.shape).toEqual([2, 1])
  expect(law.logProb(draw).arraySync()).toEqual(nodes.logProb(draw.nodes).add(pairs.logProb(draw.pairs)).arraySync())
  expect(law.entropy().arraySync()).toEqual(nodes.entropy().add(pairs.entropy()).arraySync())
  expect(law.mode().pairs.arraySync()).toEqual(pairs.mode().arraySync())
})

test("a part draws the same whatever stands beside it", () => {
  const alone = product<{ pairs: tf.Tensor }>({ pairs }).sample(random)
  const beside = product<{ nodes: tf.Tensor; pairs: tf.Tensor }>({ nodes, pairs }).sample(random)
  expect(beside.pairs.arraySync()).toEqual(alone.pairs.arraySync())
})

test("logits are mapped where there are any, guidance acts on every part", () => {
  const law = product<{ nodes: tf.Tensor; pairs: tf.Tensor }>({ nodes, pairs })
  const mapped = law.mapLogits!((logits) => logits.mul(2)) as typeof law
  expect((mapped.parts.nodes as Categorical).logits.arraySync()).toEqual([[[0, 2]], [[4, 0]]])
  expect(mapped.parts.pairs).toBe(pairs)
  const other = product<{ nodes: tf.Tensor; pairs: tf.Tensor }>({ nodes, pairs: gaussian({ mean: tf.ones([2, 3]) }) })
  expect((law.guidedFrom!(other, 2) as typeof law).mode().pairs.arraySync()).toEqual([
    [-1, -1, -1],
    [-1, -1, -1],
  ])
  expect(() => product({})).toThrow("at least one")
})
