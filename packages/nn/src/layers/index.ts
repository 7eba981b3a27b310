/** Layers: pairs of `init` and `apply` around a plain record of tensors. */
export { conv2d, convTranspose2d, type Conv2dLayerOptions } from "./conv2d.ts"
export { embedding, type EmbeddingOptions } from "./embedding.ts"
export { linear, type LinearOptions, type WeightAndBias } from "./linear.ts"
export { mlp, type MlpOptions } from "./mlp.ts"
export { groupNorm, layerNorm, type GroupNormLayerOptions, type LayerNormLayerOptions, type NormParameters } from "./norm.ts"
export { selfAttention, type SelfAttentionLayer, type SelfAttentionLayerOptions, type SelfAttentionParameters } from "./self-attention.ts"
