import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { definePlugin } from "@scalewise/cli"
import { runVerb } from "@scalewise/cli/testing"
import { generatedDataset } from "@scalewise/graph"
import type { PageSection } from "@scalewise/report"
import { afterAll, beforeAll, expect, it } from "vitest"
import { reportVerb } from "../report/report-verb.ts"
import { trainVerb } from "../train/train-verb.ts"
import type { GraphDataHook } from "./data-seam.ts"
import type { GraphReportHook } from "./report-seam.ts"

let folder = ""
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "graph-seams-"))))
afterAll(() => rm(folder, { recursive: true }))

const app = { name: "scalewise-graph", domain: "graph" }
const pluginOf = (sections: GraphReportHook["sections"], open?: GraphDataHook["open"]) =>
  definePlugin({
    name: "bushes",
    description: "small trees",
    api: "^1.0.0",
    hooks: {
      "graph.data": {
        set: "bushes",
        open: open ?? (async ({ random }) => generatedDataset("tree", { count: 40, nodes: 10, random })),
      } as GraphDataHook,
      "graph.report": { sections } as GraphReportHook,
    },
  })

it("a plugin's set is judged against, and its sections are on the page; one that throws leaves the page whole", async () => {
  const good = pluginOf(({ generated, real, data }): PageSection[] => [
    { title: "Leaves", content: [`${generated.length} drawn, ${real.length} real ones of ${data.name}`] },
  ])
  const bad = definePlugin({
    name: "axe",
    description: "cuts",
    api: "^1.0.0",
    hooks: { "graph.report": { sections: () => Promise.reject(new Error("no leaves")) } as GraphReportHook },
  })
  const argv = ["--dataset", "bushes", "--count", "3", "--runs", "1", "--large", "0", "--out", folder]
  const { status, err } = await runVerb(reportVerb, argv, { ...app, plugins: [bad, good] })
  const page = await readFile(path.join(folder, "report.html"), "utf8")
  expect(page).toMatch(/Leaves[\s\S]*3 drawn, 8 real ones of tree/)
  expect(page).toContain("Generated graphs")
  expect(status).toBe(1)
  expect(err).toContain("plugin axe, graph.report: no leaves; going on without it\n")
}, 120_000)

it("a set that a plugin cannot open is its failure", async () => {
  const { status, err } = await runVerb(trainVerb, ["--dataset", "bushes", "--dry-run"], {
    ...app,
    plugins: [
      pluginOf(
        () => [],
        () => Promise.reject(new Error("cut down")),
      ),
    ],
  })
  expect([status, err]).toEqual([1, expect.stringContaining("error: plugin bushes, graph.data: cut down\n")])
})
