import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { definePlugin } from "@scalewise/cli"
import { runVerb } from "@scalewise/cli/testing"
import { openImageDatasets } from "@scalewise/image"
import { afterAll, beforeAll, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { writeTinyIdx } from "../testing/tiny-idx.ts"
import { trainVerb } from "../train/train-verb.ts"
import type { ImageDataHook } from "./data-seam.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "data-seam-"))
  await writeTinyIdx(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (open: ImageDataHook["open"]) =>
  runVerb(
    trainVerb,
    ["--data", "blobs", "--dry-run", "--set", "tokenizer.height=8", "tokenizer.width=8", "tokenizer.grids=[1,2]", "validationImages=16"],
    {
      ...imageApp,
      plugins: [
        definePlugin({
          name: "blobs",
          description: "blobs",
          api: "^1.0.0",
          hooks: { "image.data": { set: "blobs", open } as ImageDataHook },
        }),
      ],
    },
  )

it("opens a plugin's set by its name, in the size that the model wants", async () => {
  const asked: unknown[] = []
  const { status, err } = await run((options) => {
    asked.push(options)
    return openImageDatasets(folder)
  })
  expect(asked).toEqual([{ size: [8, 8], channels: 1 }])
  expect([status, err]).toEqual([0, ""])
})

it("stops where the plugin cannot open it: there is nothing to go on with", async () => {
  const { status, out, err } = await run(() => Promise.reject(new Error("no blobs left")))
  expect([status, out]).toEqual([1, ""])
  expect(err).toContain("error: plugin blobs, image.data: no blobs left\n")
})
