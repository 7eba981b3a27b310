import { ConfigError, randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import { beforeAll, expect, test } from "vitest"
import { fitLatentBasis, linearLatent } from "./linear-latent.ts"

beforeAll(async () => void (await selectBackend()))

test.each([1, 2, 3])("patches of %i x %i come back exactly, on a grid that they do not divide", async (patch) => {
  const fields = randomStream(1).normal([3, 7, 10, 2])
  const options = { height: 7, width: 10, variables: 2, patch }
  const basis = await fitLatentBasis(fields, { ...options, channels: patch * patch * 2 })
  for (const latent of [linearLatent(options), linearLatent({ ...options, basis })]) {
    const coded = latent.encode(fields)
    expect(coded.shape).toEqual([3, Math.ceil(7 / patch), Math.ceil(10 / patch), patch * patch * 2])
    await expectAllClose(latent.decode(coded), [...(await fields.data())], { tolerance: 1e-5 })
  }
})

test("fewer channels keep the directions of most variance", async () => {
  const one = randomStream(2).normal([50, 4, 4, 1])
  const fields = tf.concat([one, one.mul(2), one.mul(-1)], 3) // one direction in three variables
  const options = { height: 4, width: 4, variables: 3, patch: 1 }
  const latent = linearLatent({ ...options, basis: await fitLatentBasis(fields, { ...options, channels: 1 }) })
  await expectAllClose(latent.decode(latent.encode(fields)), [...(await fields.data())], { tolerance: 1e-4 })
  await expect(fitLatentBasis(fields, { ...options, channels: 4 })).rejects.toThrow(ConfigError)
})
