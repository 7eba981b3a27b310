import type { BackwardProcess } from "@scalewise/core"
import { checkBackwardProcess } from "@scalewise/core/testing"
import type { tf } from "@scalewise/nn"
import type { LabelCondition } from "../generator/next-scale-process.ts"

/**
 * `checkBackwardProcess` for a process that draws pictures. It has a second try where tensors were left behind: the native backend keeps
 * the shape constants that it meets for the first time.
 */
export async function checkImageProcess<State, Draw>(
  process: BackwardProcess<State, Draw, LabelCondition, tf.Tensor>,
  label: (ids: readonly number[]) => LabelCondition["label"] = () => undefined,
): Promise<void> {
  const check = (): Promise<void> => checkBackwardProcess(process, { condition: (ids) => ({ label: label(ids) }) })
  try {
    await check()
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("memory")) throw error
    await check()
  }
}
