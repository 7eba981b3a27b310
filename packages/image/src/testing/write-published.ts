import { flattenParameters, saveTensors, tf, type FlatParameters } from "@scalewise/nn"
import type { ImageModel } from "../model/image-model.ts"
import { publishedTensors } from "../published/published-tensors.ts"
import type { PhiNaming } from "../published/infer-tokenizer.ts"

/** The two state dicts that VAR would have of a model, buffers included; the caller disposes the tensors. */
export function publishedStateDicts(
  model: ImageModel,
  phiNaming: PhiNaming = "several",
): { tokenizer: FlatParameters; generator: FlatParameters } {
  const { config, tokenizerParameters, generatorParameters, tokenizer } = model
  const flat = flattenParameters({ tokenizer: tokenizerParameters, ...(generatorParameters && { generator: generatorParameters }) })
  const dicts: { tokenizer: FlatParameters; generator: FlatParameters } = { tokenizer: {}, generator: {} }
  for (const { name, network, layout, sources } of publishedTensors(config, phiNaming)) {
    const own = flat[name]!
    const made = dicts[network]
    const [first, second] = sources.map((source) => ({ ...source, shape: [...source.shape] }))
    if (layout === "query-value-bias") {
      const [query, key, value] = tf.split(own, 3) as [tf.Tensor, tf.Tensor, tf.Tensor]
      made[first!.name] = query
      made[second!.name] = value
      made[first!.name.replace("q_bias", "zero_k_bias")] = tf.zerosLike(key)
      key.dispose()
    } else if (layout === "outputs-first") {
      const rank = own.rank
      const turned = tf.tidy(() => tf.transpose(own, rank === 4 ? [3, 2, 0, 1] : [1, 0]))
      made[first!.name] = tf.tidy(() => tf.reshape(turned, first!.shape).clone())
      turned.dispose()
    } else made[first!.name] = tf.tidy(() => tf.reshape(own, first!.shape).clone())
  }
  const { schedule } = tokenizer
  const levels = schedule.tokens.flatMap((count, scale) => Array.from({ length: count }, () => scale))
  dicts.generator["lvl_1L"] = tf.tensor2d([levels], [1, levels.length], "int32")
  const hidden = levels.map((own) => levels.map((other) => (own >= other ? 0 : -Infinity)))
  dicts.generator["attn_bias_for_masking"] = tf.tensor([[hidden]])
  dicts.tokenizer["quantize.ema_vocab_hit_SV"] = tf.zeros([schedule.steps, dicts.tokenizer["quantize.embedding.weight"]!.shape[0]])
  return dicts
}

/** Writes a state dict as safetensors, each name behind a prefix, and releases its tensors. */
export async function writeStateDict(file: string, tensors: FlatParameters, prefix = ""): Promise<string> {
  await saveTensors(file, Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor])))
  tf.dispose(Object.values(tensors))
  return file
}
