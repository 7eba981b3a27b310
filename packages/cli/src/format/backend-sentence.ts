import type { BackendReport } from "@scalewise/nn"

/** What a person is told of the backend that computes: which one, why, and how to get a faster one. */
export const backendSentence = ({ name, reason, advice }: Pick<BackendReport, "name" | "reason" | "advice">): string =>
  `Computing on ${name}: ${reason}.${advice === undefined ? "" : ` ${advice}`}`
