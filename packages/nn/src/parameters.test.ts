import { describe, expect, it } from "vitest"
import * as tf from "./backend/tf.ts"
import { ConfigError } from "./errors.ts"
import { flattenParameters, mapParameters, unflattenParameters, type Parameters } from "./parameters.ts"

const t = tf.scalar(1)
const u = tf.scalar(2)

describe("flattenParameters and unflattenParameters", () => {
  it("are each other's inverse, in the order of insertion", () => {
    const nested = { body: { w: t, deep: { b: u } }, head: t }
    const flat = flattenParameters(nested)
    expect(Object.entries(flat)).toEqual([
      ["body.w", t],
      ["body.deep.b", u],
      ["head", t],
    ])
    expect(unflattenParameters(flat)).toEqual(nested)
  })

  it.each([
    "__proto__.polluted",
    "__proto__",
    "constructor.prototype.polluted",
    "a.__proto__.polluted",
    "a.constructor.prototype.polluted",
  ])("take %s for a name like any other, and write to nothing but the result", (name) => {
    const parameters = unflattenParameters(Object.fromEntries([[name, t]]))
    expect("polluted" in {}).toBe(false)
    expect("polluted" in Object).toBe(false)
    expect(Object.entries(flattenParameters(parameters))).toEqual([[name, t]])
    expect(Object.entries(flattenParameters(mapParameters(parameters, () => u)))).toEqual([[name, u]])
  })

  it.each([
    { "a.b": t, a: u },
    { a: u, "a.b": t },
    { "a.b": u, "a.b.c": t },
  ])("refuse a name that is a tensor and a record: %o", (flat) => {
    expect(() => unflattenParameters(flat)).toThrow(ConfigError)
  })

  it("refuse a name with a dot", () => {
    expect(() => flattenParameters({ "a.b": t } satisfies Parameters)).toThrow(/"a\.b"; nest a record/)
  })
})
