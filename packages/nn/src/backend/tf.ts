/**
 * The one instance of TensorFlow.js that every package uses: `import { tf } from "@scalewise/nn"`.
 * Two copies of the library would not know each other's tensors.
 */
export * from "@tensorflow/tfjs"
