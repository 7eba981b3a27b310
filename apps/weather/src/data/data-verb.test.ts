import { createServer, type Server } from "node:http"
import { createHash } from "node:crypto"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { DataError } from "@scalewise/nn"
import { publicSets } from "@scalewise/weather"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { dataVerb } from "./data-verb.ts"
import { fetchSet } from "./fetch-set.ts"

const run = (...argv: string[]) => runVerb(dataVerb, argv, { name: "scalewise-weather", domain: "weather" })

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "data-"))
})
afterEach(() => rm(folder, { recursive: true }))

describe("data", () => {
  it("lists sets with address, checksum and licence", async () => {
    const json = await run("--json")
    expect(JSON.parse(json.out)).toEqual(JSON.parse(JSON.stringify(publicSets)))
    const text = await run()
    for (const { name, address, licence } of publicSets) for (const part of [name, address, licence]) expect(text.out).toContain(part)
    for (const { sha256, bytes } of publicSets) expect(sha256 === undefined || (/^[0-9a-f]{64}$/.test(sha256) && bytes! > 0)).toBe(true)
  })

  it("writes the weather of the embedded model by seed", async () => {
    const at = (name: string): string => path.join(folder, name)
    for (const [name, seed] of [
      ["a.nc", "1"],
      ["b.nc", "1"],
      ["c.nc", "2"],
    ])
      expect(await run("channel", "--years", "0.01", "--seed", seed!, "--out", at(name!))).toMatchObject({
        status: 0,
        out: expect.stringMatching(/is written/) as string,
      })
    expect((await readFile(at("a.nc"))).equals(await readFile(at("b.nc")))).toBe(true)
    expect((await readFile(at("a.nc"))).equals(await readFile(at("c.nc")))).toBe(false)
  })

  it("knows which names there are", async () => {
    expect(await run("weather")).toMatchObject({
      status: 2,
      err: expect.stringMatching(/expected one of channel, z500_ei, .* got "weather"/) as string,
    })
    expect(await run("era5")).toMatchObject({ status: 2, err: expect.stringMatching(/more than one file, see https:/) as string })
  })
})

describe("fetching a set", () => {
  const content = Buffer.from("not really a NetCDF file")
  let server: Server
  let address = ""
  beforeEach(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === "/set.nc" ? 200 : 404
      response.end(content)
    })
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => new Promise((resolve) => void server.close(resolve)))

  const set = (url: string, sha256: string) => ({ name: "set", description: "", licence: "", address: url, sha256 })
  const right = createHash("sha256").update(content).digest("hex")
  const options = { signal: new AbortController().signal, onBytes: () => {} }

  it("keeps it when the checksum is right, and nothing when it is not or the address does not answer", async () => {
    const target = path.join(folder, "set.nc")
    await fetchSet(set(`${address}/set.nc`, right), target, options)
    expect((await readFile(target)).equals(content)).toBe(true)
    await rm(target)
    for (const [wrong, message] of [
      [set(`${address}/set.nc`, "0".repeat(64)), /expected the file with the checksum 0+, got/],
      [set(`${address}/gone.nc`, right), /got status 404/],
      [set("http://127.0.0.1:1/set.nc", right), /got none; check the connection/],
    ] as const) {
      await expect(fetchSet(wrong, target, options)).rejects.toThrow(message)
      await expect(fetchSet(wrong, target, options)).rejects.toThrow(DataError)
    }
    expect(await readdir(folder)).toEqual([])
  })
})
