import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { loadTensors, selectBackend, tf, type FlatParameters } from "@scalewise/nn"
import { sharedFolder, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { gridSchedule } from "../pyramid/grid-schedule.ts"
import { multiScaleQuantiser, type MultiScaleParameters } from "./multi-scale-quantiser.ts"
import { vectorQuantiser, type VectorQuantiserParameters } from "./vector-quantiser.ts"

const folder = join(sharedFolder() ?? "", "fixtures/var_tiny")
const isPresent = existsSync(join(folder, "vae.safetensors"))

// What the published PyTorch implementation of VAR computes with a small random tokenizer
describe.skipIf(!isPresent).each(await testBackends())(
  "multiScaleQuantiser beside VAR's own on %s (skipped without fixtures/var_tiny)",
  (backend) => {
    let vae: FlatParameters
    let expected: FlatParameters
    let patchSizes: number[]
    let vocabulary: number
    let channels: number

    beforeAll(async () => {
      await selectBackend({ prefer: backend })
      vae = await loadTensors(join(folder, "vae.safetensors"))
      expected = await loadTensors(join(folder, "expected.safetensors"))
      const { config } = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"))
      patchSizes = config.patch_nums
      vocabulary = config.V
      channels = config.Cvae
    })

    const toChannelsLast = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1])
    const largestDifference = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => a.sub(b).abs().max().dataSync()[0]!)
    const build = () => {
      const multiScale = multiScaleQuantiser({
        schedule: gridSchedule(patchSizes),
        quantiser: vectorQuantiser({ channels, codes: vocabulary }),
        phi: { count: 4 },
      })
      const parameters: MultiScaleParameters<VectorQuantiserParameters> = {
        quantiser: { codebook: { "0": vae["quantize.embedding.weight"]! } },
        phi: Object.fromEntries(
          [0, 1, 2, 3].map((index) => {
            const name = `quantize.quant_resi.qresi_ls.${index}`
            return [index, { filter: tf.transpose(vae[`${name}.weight`]!, [2, 3, 1, 0]), bias: vae[`${name}.bias`]! }]
          }),
        ),
      }
      return { multiScale, parameters }
    }

    it("chooses the same tokens and sums", () => {
      const { multiScale, parameters } = build()
      const codes = multiScale.encode(parameters, toChannelsLast(expected.features!))
      for (const [k, { tokens, partial }] of codes.entries()) {
        expect(Array.from(tokens.dataSync())).toEqual(Array.from(expected[`tokens.${k}`]!.dataSync()))
        expect(largestDifference(partial, toChannelsLast(expected[`f_hat.${k}`]!))).toBeLessThan(1e-4)
      }
    })

    it("decodes its tokens to the same sums", () => {
      const { multiScale, parameters } = build()
      const tokens = patchSizes.map((_, k) => expected[`tokens.${k}`]!.toInt())
      for (const [k, partial] of multiScale.accumulate(parameters, tokens).entries())
        expect(largestDifference(partial, toChannelsLast(expected[`f_hat.${k}`]!))).toBeLessThan(1e-4)
    })

    it("gives the same inputs for teacher forcing", () => {
      const { multiScale, parameters } = build()
      const codes = multiScale.encode(parameters, toChannelsLast(expected.features!))
      const inputs = multiScale.teacherInputs(codes.map(({ partial }) => partial))
      expect(inputs.shape).toEqual(expected.teacher_input!.shape)
      expect(largestDifference(inputs, expected.teacher_input!)).toBeLessThan(1e-4)
    })
  },
)
