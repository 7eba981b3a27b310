import { createForecastFile } from "../forecast/create-forecast-file.ts"
import type { Forecaster } from "./forecaster.ts"
import { gridOf } from "./forecaster-config.ts"
import type { InitialStates } from "./initial-states.ts"
import { rollout } from "./rollout.ts"

/** Options of `writeForecast`. */
export interface WriteForecastOptions {
  /** The NetCDF file. */
  readonly path: string
  /** Hours since 1970-01-01 00:00 of the calendar, ascending. */
  readonly starts: readonly number[]
  /** Steps to go. */
  readonly leads: number
  readonly members: number
  readonly seed: number
  /** Members, of all starts together, that are stepped at a time: what bounds memory. It changes nothing else. @defaultValue 160 */
  readonly together?: number
  readonly layout?: "cf" | "wb2"
  /** Go on with a file that was begun with the same options. @defaultValue false */
  readonly resume?: boolean
  /** Global attributes of the file. */
  readonly attributes?: Readonly<Record<string, string | number>>
  /** Called after each lead of each group of members. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

/** What a forecast came to. */
export interface WrittenForecast {
  /** Member-steps made now; those that a resumed file had are not counted. */
  readonly made: number
  /** Numbers of the fields that left the range of training by more than half its width and were held there. */
  readonly held: number
}

/**
 * Forecasts and writes every lead to the file as soon as it is made. What is in memory is one group of members; a file that is cut off is
 * readable, and `resume` makes the missing groups alone, with the values they would have had.
 */
export async function writeForecast(model: Forecaster, states: InitialStates, options: WriteForecastOptions): Promise<WrittenForecast> {
  const { path, starts, leads, members, seed, together = 160, layout, resume, attributes = {}, onProgress, signal } = options
  const { config } = model
  const initial = starts.map((hours) => states.at(hours)) // before anything is written
  const file = await createForecastFile(path, {
    variables: config.variables,
    grid: gridOf(config),
    calendar: config.calendar,
    starts: Float64Array.from(starts),
    leads: Float64Array.from({ length: leads }, (_, i) => (i + 1) * config.stepHours),
    members,
    attributes,
    ...(layout && { layout }),
    ...(resume !== undefined && { resume }),
  })
  const size = model.scaling.lowest.length
  const total = starts.length * members * leads
  let [done, made, held] = [0, 0, 0]
  try {
    for (const group of groupsOf(starts.length, members, together)) {
      const ofGroup = group.starts.length * group.members.length
      const isDone = group.starts.every((start) =>
        group.members.every((member) =>
          Array.from({ length: leads }, (_, lead) => lead).every((lead) => file.isComplete({ start, lead, member })),
        ),
      )
      if (isDone) {
        done += ofGroup * leads
        continue
      }
      const stepped = rollout(model, { starts: group.starts.map((s) => initial[s]!), members: group.members, leads, seed, signal })
      for await (const { lead, fields, held: heldNow } of stepped) {
        const ofStart = group.members.length * size
        for (const [i, start] of group.starts.entries())
          await file.write({ start, lead: lead - 1, member: group.members[0]!, values: fields.subarray(i * ofStart, (i + 1) * ofStart) })
        done += ofGroup
        made += ofGroup
        held += heldNow
        onProgress?.(done, total)
      }
    }
  } finally {
    await file.close()
  }
  return { made, held }
}

/** Groups of at most `together` members: several starts with all of theirs, or a part of one start's. */
function groupsOf(starts: number, members: number, together: number): { readonly starts: number[]; readonly members: number[] }[] {
  const counted = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)
  const startsAtATime = Math.max(1, Math.floor(together / members))
  const membersAtATime = Math.min(members, together)
  const groups: { starts: number[]; members: number[] }[] = []
  for (let s = 0; s < starts; s += startsAtATime)
    for (let m = 0; m < members; m += membersAtATime)
      groups.push({ starts: counted(s, Math.min(startsAtATime, starts - s)), members: counted(m, Math.min(membersAtATime, members - m)) })
  return groups
}
