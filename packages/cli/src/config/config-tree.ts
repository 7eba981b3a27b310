import type { z } from "zod"

/** A config before it is checked: nested records whose leaves are JSON values; arrays are leaves. */
export interface ConfigTree {
  [key: string]: unknown
}

/** Whether a value has keys of its own. */
export function isTree(value: unknown): value is ConfigTree {
  return value != null && typeof value === "object" && !Array.isArray(value)
}

/** Dotted paths and values of all leaves: `{ a: { b: 1 } }` gives `["a.b", 1]`. */
export function leaves(tree: ConfigTree, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] =>
    isTree(value) ? leaves(value, `${prefix}${key}.`) : [[prefix + key, value]],
  )
}

/** Puts a value at a dotted path, making the records on the way. */
export function assign(tree: ConfigTree, path: string, value: unknown): void {
  const keys = path.split(".")
  const last = keys.pop()!
  let node = tree
  for (const key of keys) node = isTree(node[key]) ? node[key] : (node[key] = {})
  node[last] = value
}

/** The schema of a key inside a schema, through defaults and optionals; nothing where there is no such key. */
export function schemaAt(schema: z.ZodType, path: string): z.ZodType | undefined {
  let node: z.ZodType | undefined = schema
  for (const key of path.split(".")) {
    const shape: Record<string, z.ZodType> | undefined = shapeOf(node)
    node = shape != null && Object.hasOwn(shape, key) ? shape[key] : undefined
    if (node == null) return undefined
  }
  return node
}

/** Dotted paths of every key that a schema knows, records and leaves alike. */
export function knownPaths(schema: z.ZodType, prefix = ""): string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => [prefix + key, ...knownPaths(child, `${prefix}${key}.`)])
}

/** What `shapeOf` reads of a schema of any kind. */
interface Definition {
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly shape?: Record<string, z.ZodType>
}

/** The keys of an object schema, unwrapped from `.default()`, `.optional()`, `preprocess` and the like; of a union those of all members. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const { innerType, in: input, out, options, shape } = (schema as unknown as { def: Definition }).def
  if (shape != null) return shape
  if (options != null) {
    const shapes = options.map(shapeOf).filter((found) => found != null)
    return shapes.length === 0 ? undefined : Object.assign({}, ...shapes.toReversed())
  }
  for (const inner of [innerType, input, out]) {
    const found = inner && shapeOf(inner)
    if (found) return found
  }
  return undefined
}
