/** `@scalewise/nn`, loaded when first needed: TensorFlow.js takes half a second, which `--help` and a typing error should not cost. */
export const loadNn = () => import("@scalewise/nn")
