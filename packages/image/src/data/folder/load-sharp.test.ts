import { ConfigError } from "@scalewise/nn"
import { expect, it } from "vitest"
import { loadSharp } from "./load-sharp.ts"

it("says in one sentence that the package is missing", async () => {
  const missing = () =>
    Promise.reject(new Error('Could not load the "sharp" module using the linux-riscv runtime\nPossible solutions: ...'))
  await expect(loadSharp(missing)).rejects.toThrow(ConfigError)
  await expect(loadSharp(missing)).rejects.toThrow(
    /^image folder: expected the package sharp, .* got "Could not load .* runtime"; run npm install sharp, or use idx or CIFAR files$/,
  )
})
