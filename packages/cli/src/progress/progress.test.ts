import { expect, test } from "vitest"
import { createOutput } from "../app/output.ts"
import type { Host } from "../app/host.ts"
import { createProgress, type ProgressOptions } from "./progress.ts"

function start(options: ProgressOptions, { tty = false, quiet = false } = {}) {
  let now = 0
  let text = ""
  const stderr = { write: (more: string) => void (text += more), isTTY: tty, columns: 80, on() {}, removeListener() {} }
  const host: Host = { argv: [], env: {}, stdout: stderr, stderr, signals: process, clock: () => now, exit() {} }
  const progress = createProgress(options, { host, output: createOutput(host, { json: false, quiet, color: false }) })
  return { progress, wait: (milliseconds: number) => void (now += milliseconds), text: () => text }
}

test("without a terminal: a line at once, then one every few seconds, and the last", () => {
  const { progress, wait, text } = start({ label: "training", total: 100 })
  for (let done = 1; done <= 100; done++) {
    wait(100)
    progress.update({ done, note: `loss ${done}` })
  }
  progress.stop()
  expect(text().split("\n")).toEqual([
    "training:   1 %  1/100  9.9 s left  loss 1",
    "training:  51 %  51/100  4.9 s left  loss 51",
    "training: 100 %  100/100  done  loss 100",
    "",
  ])
})

test("what an earlier process did does not make the estimate rosy", () => {
  const { progress, wait, text } = start({ label: "training", total: 100, done: 90 })
  wait(1000)
  progress.update({ done: 91 })
  expect(text()).toContain("91/100  9.0 s left")
})

test("quiet is silent, an empty task divides by nothing", () => {
  const silent = start({ label: "x", total: 1 }, { quiet: true })
  silent.progress.update({ done: 1 })
  silent.progress.say("hello")
  silent.progress.stop()
  expect(silent.text()).toBe("")
  const empty = start({ label: "x", total: 0 })
  empty.progress.update({ done: 0 })
  empty.progress.stop()
  expect(empty.text()).toBe("x: 100 %  0/0  done\n")
})

test("on a terminal: a bar of one line, with lines that stay above it", () => {
  const { progress, wait, text } = start({ label: "training", total: 10 }, { tty: true })
  for (let done = 1; done <= 10; done++) {
    wait(1000)
    progress.update({ done, note: "a note ".repeat(30) })
    if (done === 5) progress.say("saved")
  }
  progress.stop()
  expect(text()).toContain("\r\u001b[Ksaved\n")
  expect(text()).toContain("5/10  5.0 s left")
  expect(text()).toMatch(/100 % {2}10\/10 {2}done/)
  // oxlint-disable-next-line no-control-regex
  for (const line of text().split(/\u001b\[1G|\n/)) expect(line.replace(/\u001b(?:[78]|\[\??\w+)/g, "").length).toBeLessThan(80)
})
