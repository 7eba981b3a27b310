import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import { randomStream } from "@scalewise/nn"
import { afterAll, expect, it } from "vitest"
import { brierScore } from "./brier-score.ts"
import { energyScore } from "./energy-score.ts"
import { ensembleCrps } from "./ensemble-crps.ts"
import { addEvent, eventTable } from "./event-table.ts"
import { gaussianCrps } from "./gaussian-crps.ts"
import { nearbyPairs, variogramScore } from "./variogram-score.ts"

const run = promisify(execFile)

/** What properscoring 0.1 and scoringrules give for the ensembles in a file: [cases][members][cells] and truths [cases][cells]. */
const script = `
import json, sys
import numpy as np, properscoring as ps, scoringrules as sr
data = json.load(open(sys.argv[1]))
x, y, w, d = (np.array(data[key], dtype=float) for key in ("members", "truth", "weights", "pairs"))
first = np.moveaxis(x, 1, -1)
roots = np.sqrt(w)
print(json.dumps({
  "classic": ps.crps_ensemble(y, first).tolist(),
  "fair": sr.crps_ensemble(y, first, estimator="fair", backend="numpy").tolist(),
  "gaussian": ps.crps_gaussian(y, 0.3, 1.7).tolist(),
  "brier": ps.threshold_brier_score(y, first, 0.25).tolist(),
  "energy": sr.es_ensemble(y * roots, x * roots, estimator="fair", backend="numpy").tolist(),
  "variogram": sr.vs_ensemble(y, x, w=d, p=0.5, backend="numpy").tolist(),
}))
`

const folder = await mkdtemp(path.join(tmpdir(), "python-reference-"))
afterAll(() => rm(folder, { recursive: true }))

it("agrees with properscoring and scoringrules, two Python packages, on random ensembles", { timeout: 300_000 }, async ({ skip }) => {
  const target = path.join(folder, "packages")
  const packages = ["properscoring==0.1", "scoringrules==0.10.0"]
  try {
    await run("python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", target, ...packages])
  } catch (error) {
    skip(`the Python packages could not be installed: ${String((error as { stderr?: string }).stderr ?? error).slice(0, 300)}`)
  }
  const [cases, count, width] = [12, 7, 9]
  const random = randomStream("python")
  // Rounded to quarters, so that members tie with each other, the truth and the threshold
  const quarters = (shape: readonly number[], name: string): Float32Array =>
    random
      .fold(name)
      .normalValues(shape)
      .map((value) => Math.round(4 * value) / 4)
  const members = quarters([cases, count, width], "members")
  const truth = quarters([cases, width], "truth")
  const weights = random
    .fold("weights")
    .uniformValues([width])
    .map((value) => value + 0.5)
  const pairs = nearbyPairs(Float64Array.of(1), width, false)
  const matrix = Array.from({ length: width }, () => Array.from({ length: width }, () => 0))
  for (const [k, weight] of pairs.weights.entries()) matrix[pairs.first[k]!]![pairs.second[k]!]! += weight
  const rows = (values: Float32Array, length: number): number[][] =>
    Array.from({ length: values.length / length }, (_, i) => Array.from(values.subarray(i * length, (i + 1) * length)))
  const input = path.join(folder, "input.json")
  await writeFile(
    input,
    JSON.stringify({
      members: Array.from({ length: cases }, (_, i) => rows(members.subarray(i * count * width, (i + 1) * count * width), width)),
      truth: rows(truth, width),
      weights: Array.from(weights),
      pairs: matrix,
    }),
  )
  const { stdout } = await run("python3", ["-c", script, input], { env: { ...process.env, PYTHONPATH: target } })
  const theirs = JSON.parse(stdout) as Record<"classic" | "fair" | "gaussian" | "brier", number[][]> &
    Record<"energy" | "variogram", number[]>

  const total = pairs.weights.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < cases; i++) {
    const field = members.subarray(i * count * width, (i + 1) * count * width)
    for (let cell = 0; cell < width; cell++) {
      const [own, y] = [Array.from({ length: count }, (_, m) => field[m * width + cell]!), truth[i * width + cell]!]
      expect(ensembleCrps(own, y)).toBeCloseTo(theirs.fair[i]![cell]!, 10)
      expect(ensembleCrps(own, y, { form: "classic" })).toBeCloseTo(theirs.classic[i]![cell]!, 10)
      expect(gaussianCrps(0.3, 1.7, y)).toBeCloseTo(theirs.gaussian[i]![cell]!, 10)
      const table = eventTable(count)
      addEvent(table, own.filter((value) => value > 0.25).length, y > 0.25, 1)
      expect(brierScore(table).brier).toBeCloseTo(theirs.brier[i]![cell]!, 10)
    }
    const vectors = Float64Array.from({ length: (count + 1) * width }, (_, at) => {
      const value = at < field.length ? field[at]! : truth[i * width + at - field.length]!
      return value * Math.sqrt(weights[at % width]!)
    })
    expect(energyScore(vectors, count, width)).toBeCloseTo(theirs.energy[i]!, 6)
    const variogram = variogramScore(field, { offset: 0, stride: width, count }, truth, i * width, pairs, new Uint8Array(width).fill(1))
    expect(variogram * total).toBeCloseTo(theirs.variogram[i]!, 6)
  }
})
