import { defineVerb } from "../app/verb.ts"
import type { Output } from "../app/output.ts"
import { backendCheck, tfjsNodeCheck } from "./check-backend.ts"
import {
  browserCheck,
  diskCheck,
  fontsCheck,
  machineCheck,
  nodeCheck,
  writeCheck,
  type DoctorCheck,
  type Finding,
} from "./check-machine.ts"

const checks: readonly DoctorCheck[] = [
  nodeCheck,
  machineCheck,
  backendCheck, // first: it sets what the native library reads when it is loaded
  tfjsNodeCheck,
  diskCheck,
  writeCheck,
  browserCheck,
  fontsCheck,
]

/** `doctor`: what this machine has, what it lacks, and what to do about that. Fails only where nothing would work. */
export const doctorVerb = defineVerb({
  name: "doctor",
  summary: "say what this machine can do, and what would make it faster",
  examples: ["doctor", "doctor --json"],
  async run({ host, output }) {
    const findings: Finding[] = []
    for (const check of checks) {
      const finding = await check(host)
      findings.push(finding)
      if (!output.json) output.data(finding, describe(finding, output))
    }
    if (output.json) output.data({ checks: findings }, "")
    return findings.some(({ status }) => status === "bad") ? 1 : 0
  },
})

const width = 15

function describe({ name, status, found, advice }: Finding, { colors }: Output): string {
  const mark = { good: colors.green("ok  "), limited: colors.yellow("note"), bad: colors.red("bad ") }[status]
  const line = `${mark}  ${name.padEnd(width)}${found}`
  return advice == null ? line : `${line}\n${" ".repeat(6 + width)}-> ${advice}`
}
