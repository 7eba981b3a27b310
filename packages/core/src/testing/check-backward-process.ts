import { tensorsIn, tf } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import type { BackwardProcess } from "../process/backward-process.ts"
import { refine } from "../process/refine.ts"

/** Options of `checkBackwardProcess`. */
export interface CheckBackwardProcessOptions<Draw, Condition> {
  /** The condition for a batch of these sample ids; its tensors stay the caller's. */
  readonly condition: (ids: readonly number[]) => Condition
  /** Where draws can be counted: all draws of a step, each for a whole batch. Their probabilities must then sum to 1. */
  readonly outcomes?: (step: number, batch: number) => readonly Draw[]
  /** A seed of the samples drawn. @defaultValue 0 */
  readonly seed?: number | string
  /** Largest deviation between a sample and itself in another batch, relative above 1. @defaultValue 1e-5 */
  readonly tolerance?: number
}

/** One tensor, read. */
interface Reading {
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

/** What one walk down the chain showed; entry k - 1 of each list belongs to step k. */
interface Walk {
  readonly draws: Reading[][]
  readonly laws: { readonly drawn: Reading; readonly mode: Reading; readonly entropy: Reading; readonly total?: Reading }[]
  readonly readouts: Reading[][]
}

/**
 * Fails where a process breaks what `BackwardProcess` and `Distribution` promise:
 *
 * - every tensor of a draw has the batch as first dimension; log probabilities and entropies are [B] and numbers;
 *   a draw is possible, none is likelier than the mode, and listed outcomes have probabilities that sum to 1;
 * - a sample is the same alone, in any batch and in any order; the same seed draws it again;
 * - `readout` works after every step, and no tensor outlives the loop, whether it ends or is left.
 *
 * @throws Error that says which, where and with what numbers
 */
export async function checkBackwardProcess<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { condition, outcomes, seed = 0, tolerance = 1e-5 }: CheckBackwardProcessOptions<Draw, Condition>,
): Promise<void> {
  if (!Number.isInteger(process.steps) || process.steps < 1) throw new Error(`steps: expected a positive integer, got ${process.steps}`)
  for (let step = 1; step <= process.steps; step++) {
    const calls = process.networkCalls?.(step) ?? 1
    if (!(calls >= 0 && calls < Infinity)) throw new Error(`networkCalls of step ${step}: expected a number of evaluations, got ${calls}`)
  }

  const all = [0, 1, 2, 3]
  const batches = [all, [3, 1], [2], all].map((ids) => ({ ids, condition: condition(ids) }))
  const walks: Walk[] = []
  for (const batch of batches) walks.push(await walk(process, { ...batch, seed, outcomes }))
  const tensors = tf.memory().numTensors // a process and its operations may make tables in the first walk of a batch size and keep them
  for (const batch of batches) await walk(process, { ...batch, seed, outcomes })
  for await (const { step } of refine(process, { batch: all, condition: batches[0]!.condition, seed })) if (step === 1) break
  const left = tf.memory().numTensors - tensors
  if (left !== 0) throw new Error(`memory: expected no tensor to outlive the loop, got ${left}`)

  const [whole, ...others] = walks as [Walk, ...Walk[]]
  checkLaws(whole, all.length)
  for (const [index, other] of others.entries()) {
    const { ids } = batches[index + 1]!
    for (const part of ["draws", "readouts"] as const)
      for (const [step, readings] of other[part].entries())
        for (const [at, reading] of readings.entries())
          for (const [row, id] of ids.entries())
            await expectAllClose(rowOf(reading, row, ids.length), rowOf(whole[part][step]![at]!, id, all.length), {
              tolerance,
              name: `${part} of step ${step + 1}, sample ${id} in a batch of [${ids}] against [${all}]`,
            })
  }
}

/** One run of the sampling loop, with all that its laws say noted on the way. */
async function walk<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  {
    ids,
    condition,
    seed,
    outcomes,
  }: { ids: readonly number[]; condition: Condition; seed: number | string } & {
    outcomes: CheckBackwardProcessOptions<Draw, Condition>["outcomes"]
  },
): Promise<Walk> {
  const noted: { draw: tf.Tensor[]; law: tf.Tensor[] }[] = []
  const kept = (tensor: tf.Tensor): tf.Tensor => tf.keep(tensor.clone())
  const watched: typeof process = {
    ...process,
    advance(state, step, draw, prediction) {
      const law = prediction!
      const totals = outcomes?.(step, ids.length).map((outcome) => law.logProb(outcome).exp())
      const said = [law.logProb(draw), law.logProb(law.mode()), law.entropy(), ...(totals ? [tf.addN(totals)] : [])]
      noted.push({ draw: [...tensorsIn(draw)].map(kept), law: said.map(kept) })
      return process.advance(state, step, draw, prediction)
    },
  }
  const readouts: Reading[][] = []
  for await (const { state } of refine(watched, { batch: ids, condition, seed })) {
    const output = tf.tidy(() => [...tensorsIn(process.readout(state))].map(kept))
    readouts.push((await readAll(output)).filter(({ shape }) => shape[0] === ids.length))
  }
  const draws: Reading[][] = []
  const laws: Walk["laws"] = []
  for (const { draw, law } of noted) {
    draws.push(await readAll(draw))
    const [drawn, mode, entropy, total] = (await readAll(law)) as [Reading, Reading, Reading, Reading?]
    laws.push({ drawn, mode, entropy, ...(total && { total }) })
  }
  return { draws, laws, readouts }
}

function checkLaws({ draws, laws }: Walk, batch: number): void {
  for (const [index, { drawn, mode, entropy, total }] of laws.entries()) {
    const where = (what: string): string => `${what} of step ${index + 1}`
    for (const { shape } of draws[index]!)
      if (shape[0] !== batch) throw new Error(`${where("draw")}: expected tensors [${batch}, ...], got [${shape}]`)
    for (const [name, { shape, values }] of Object.entries({ logProb: drawn, "logProb of the mode": mode, entropy })) {
      if (shape.length !== 1 || shape[0] !== batch) throw new Error(`${where(name)}: expected shape [${batch}], got [${shape}]`)
      for (const value of Array.from(values)) if (!Number.isFinite(value)) throw new Error(`${where(name)}: expected numbers, got ${value}`)
    }
    for (let b = 0; b < batch; b++) {
      const [likely, likeliest] = [drawn.values[b]!, mode.values[b]!]
      if (likely > likeliest + 1e-4 * Math.max(1, Math.abs(likeliest)))
        throw new Error(`${where("mode")}: expected the likeliest draw, got ${likeliest} nats where a draw has ${likely}`)
      if (total && !(Math.abs(total.values[b]! - 1) <= 1e-4))
        throw new Error(`${where("outcomes")}: expected probabilities that sum to 1, got ${total.values[b]}`)
    }
  }
}

async function readAll(tensors: readonly tf.Tensor[]): Promise<Reading[]> {
  const readings = await Promise.all(tensors.map(async (tensor) => ({ shape: tensor.shape, values: await tensor.data() })))
  tf.dispose([...tensors])
  return readings
}

/** Row `row` of a tensor of `rows` rows. */
function rowOf({ values }: Reading, row: number, rows: number): ArrayLike<number> {
  const size = values.length / rows
  return Array.from(values).slice(row * size, (row + 1) * size)
}
