import { barChart, dotChart, imageFigure, lineChart, meanBand, page, table } from "@scalewise/report"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startBrowser, type Browser } from "./browser.ts"

const artefacts = new URL("artefacts/", import.meta.url)
const finder = fileURLToPath(new URL("../scripts/browser.mjs", import.meta.url))

let browser: Browser | undefined
let missing = ""

beforeAll(async () => {
  const { stdout, stderr } = spawnSync(process.execPath, [finder], { encoding: "utf8" })
  const executable = stdout.trim()
  if (executable === "") missing = stderr.trim()
  else browser = await startBrowser(executable)
}, 400_000)
afterAll(() => browser?.close())

const epochs = Array.from({ length: 30 }, (_, index) => index + 1)
const curve = (height: number, floor: number) =>
  [0.9, 1, 1.15].map((seed) => epochs.map((epoch) => floor + (height * seed) / epoch + 0.002 * Math.sin(epoch * seed * 3)))
const rings = (count: number, side: number, shift: number) =>
  Float32Array.from({ length: count * side * side }, (_, index) => {
    const [n, y, x] = [Math.floor(index / side ** 2), Math.floor(index / side) % side, index % side]
    return 0.5 + 0.5 * Math.cos((Math.hypot(x - side / 2, y - side / 2) / side) * (6 + 4 * n)) + shift
  })

const specimen = page({
  title: "Specimen of a report",
  lead: "Every kind of figure, with invented numbers: this page only shows how pages look. Tags such as <b> are text.",
  sections: [
    {
      title: "Curves",
      content: [
        "A band is one standard deviation on either side of the mean of three seeds.",
        lineChart({
          title: "Learning curves",
          description: "The second model starts lower and ends lower; no model can pass the floor.",
          x: { label: "epoch" },
          y: { label: "test MSE", scale: "log" },
          series: [
            { name: "pixel", points: meanBand(epochs, curve(0.1, 0.03)) },
            { name: "latent, same number of parameters", points: meanBand(epochs, curve(0.06, 0.022)) },
            { name: "linear", points: epochs.map((epoch) => ({ x: epoch, y: 0.05 + 0.01 / epoch })) },
          ],
          references: [{ label: "autoencoder floor", value: 0.02 }],
        }),
        lineChart({
          title: "Time by depth",
          x: { label: "depth K" },
          y: { label: "relative time" },
          series: [
            {
              name: "time",
              points: meanBand(
                [1, 2, 3],
                [
                  [1, 1.8, 2.5],
                  [1, 2, 2.9],
                ],
              ),
            },
          ],
        }),
      ],
    },
    {
      title: "Comparisons",
      content: [
        dotChart({
          title: "Error of three models",
          x: { label: "test MSE" },
          y: "model",
          dots: ["pixel", "latent, wide", "linear"].flatMap((row, index) => [
            { row, series: "clean", value: 0.03 + index * 0.01, sd: 0.002 },
            { row, series: "noisier", value: 0.045 + index * 0.006, sd: 0.003 },
          ]),
          references: [{ label: "floor", value: 0.02 }],
        }),
        barChart({
          title: "Time per epoch",
          x: "model",
          y: { label: "seconds" },
          bars: ["pixel", "latent"].flatMap((group, index) => [
            { group, series: "training", value: 3 - index, sd: 0.3 },
            { group, series: "test", value: 1 - 0.4 * index, sd: 0.1 },
          ]),
        }),
        barChart({
          title: "Use of each code",
          x: "code",
          y: { label: "times used" },
          bars: Array.from({ length: 64 }, (_, index) => ({ group: String(index), value: Math.round(900 / (index + 3)) })),
        }),
        table({
          title: "Test error, mean ± standard deviation of three seeds",
          corner: "model",
          columns: ["MSE", "PSNR (dB)", "epochs to target", "in words"],
          rows: [
            { label: "autoencoder floor", kind: "floor", cells: [0.02, 17, null, "nothing can pass it"] },
            { label: "pixel", cells: [[0.031, 0.032, 0.036], [15.1, 14.9, 14.4], "not reached", "higher"] },
            { label: "latent", cells: [[0.024, 0.0241, 0.025], [16.2, 16.2, 16], 4, "lower"] },
          ],
          notes: ["Invented numbers."],
        }),
      ],
    },
    {
      title: "Pictures",
      content: [
        imageFigure({
          title: "Bands of a pyramid",
          description: "Grey is zero in the last row.",
          columns: ["a", "b", "c", "d", "e"],
          rows: [
            { label: "coarse, 7 x 7", images: { data: rings(5, 7, 0), width: 7, height: 7 } },
            { label: "fine, 28 x 28", images: { data: rings(5, 28, 0), width: 28, height: 28 } },
            { label: "residual", range: "symmetric", images: { data: rings(5, 28, -0.5), width: 28, height: 28 } },
          ],
        }),
      ],
    },
  ],
  footer: ["Made by the test of report pages."],
})

/** The report that the paper's setting gave, as committed. */
const measured = new URL("../docs/results/section-4.html", import.meta.url)

test.for([
  { name: "report", html: () => specimen, charts: 5, pictures: [...Array<number>(5).fill(7), ...Array<number>(10).fill(28)] },
  { name: "section-4", html: () => readFileSync(measured, "utf8"), charts: 8, pictures: undefined },
])(
  "the page $name opens in a browser: every chart drawn, no error, no request, readable on any ground and width",
  { timeout: 60_000 },
  async ({ name, html, charts, pictures }, { skip }) => {
    if (browser == null) {
      skip(`no browser: ${missing}`)
      return
    }
    await mkdir(artefacts, { recursive: true })
    const file = new URL(`${name}.html`, artefacts)
    const address = pathToFileURL(fileURLToPath(file)).href
    await writeFile(file, html())
    const show = async (width: number, scheme: "light" | "dark"): Promise<void> => {
      await browser!.call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false })
      await browser!.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] })
    }
    const photograph = async (view: string): Promise<Buffer> => {
      const { data } = await browser!.call("Page.captureScreenshot", { captureBeyondViewport: true })
      const png = Buffer.from(data as string, "base64")
      await writeFile(new URL(`${name}-${view}.png`, artefacts), png)
      return png
    }

    const before = browser.events.length
    await show(1000, "light")
    await browser.open(address)

    // Every chart: an area, marks inside it, text that is not cut off.
    const drawn = await browser.evaluate<
      { width: number; height: number; marks: number; cut: string[] }[]
    >(`[...document.querySelectorAll(".chart svg")].map(svg => {
      const box = svg.getBoundingClientRect()
      const size = mark => mark.getBBox().width + mark.getBBox().height
      const inside = text => { const at = text.getBoundingClientRect(); return at.left >= box.left - 1 && at.right <= box.right + 1 && at.top >= box.top - 1 && at.bottom <= box.bottom + 1 }
      return { width: box.width, height: box.height, marks: [...svg.querySelectorAll("path, rect, circle, line")].filter(mark => size(mark) > 0).length,
        cut: [...svg.querySelectorAll("text")].filter(text => !inside(text)).map(text => text.textContent) }
    })`)
    expect(drawn.length).toBeGreaterThanOrEqual(charts)
    for (const { width, height, marks, cut } of drawn) {
      expect(width).toBeGreaterThan(300)
      expect(height).toBeGreaterThan(50)
      expect(marks).toBeGreaterThan(5)
      expect(cut).toEqual([])
    }
    const widths = await browser.evaluate<number[]>(`[...document.images].map(image => image.complete ? image.naturalWidth : 0)`)
    if (pictures !== undefined) expect(widths).toEqual(pictures)
    expect(widths.length).toBeGreaterThan(0)
    expect(widths).not.toContain(0)

    const light = await photograph("light")
    const ink = `[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector(".chart svg [stroke^=var]")).stroke]`
    const lightInk = await browser.evaluate<string[]>(ink)
    await show(1000, "dark")
    const dark = await photograph("dark")
    const darkInk = await browser.evaluate<string[]>(ink)
    for (const [index, color] of lightInk.entries()) expect(darkInk[index]).not.toBe(color)
    expect(dark.equals(light)).toBe(false)

    await show(400, "light")
    expect(await browser.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400)
    await photograph("narrow")

    const events = browser.events.slice(before)
    const problems = events.filter(
      ({ method, params }) =>
        method === "Runtime.exceptionThrown" ||
        method === "Log.entryAdded" ||
        (method === "Runtime.consoleAPICalled" && params["type"] !== "log"),
    )
    expect(problems).toEqual([])
    const requested = events
      .filter(({ method }) => method === "Network.requestWillBeSent")
      .map(({ params }) => (params["request"] as { url: string }).url)
    expect(requested.filter((url) => !url.startsWith("data:"))).toEqual([address])
  },
)
