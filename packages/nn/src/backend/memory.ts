import { Tensor } from "./tf.ts"

/** Every tensor inside nested records and arrays, each once. */
export function tensorsIn(container: unknown): Set<Tensor> {
  const found = new Set<Tensor>()
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (value == null || typeof value !== "object" || ArrayBuffer.isView(value) || seen.has(value)) return
    seen.add(value)
    if (value instanceof Tensor) found.add(value)
    else for (const item of Object.values(value)) visit(item)
  }
  visit(container)
  return found
}

/** Disposes the tensors of `old` that are not part of `kept` too. */
export function disposeExcept(old: unknown, kept: unknown): void {
  const survivors = tensorsIn(kept)
  for (const tensor of tensorsIn(old)) if (!survivors.has(tensor)) tensor.dispose()
}
