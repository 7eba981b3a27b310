import { CheckpointError } from "../errors.ts"

// A pickle is a program for a stack machine. Python's machine imports and calls whatever the program names, which is how a
// checkpoint can take over the computer that loads it. This one knows the few instructions that build plain data, looks
// globals up in a table of its caller, and refuses the rest by name. It never calls into anything but that table.

/** What a pickle can hold here. Dictionaries keep their order and keys of any kind, hence `Map`. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject

/** A permitted global: what a call of it makes of its arguments. Without `call` it can be passed on, not called. */
export interface PickleGlobal {
  readonly global: string
  readonly call?: (args: readonly PickleValue[]) => PickleValue
}

/** Something that the caller's table made, e.g. a tensor that is not read yet. */
export interface PickleObject {
  readonly object: string
}

/** What a pickle may refer to. */
export interface PickleWorld {
  /** The permitted global of a name such as `collections.OrderedDict`, or undefined. */
  global(name: string): PickleGlobal | undefined
  /** Resolves a persistent id; PyTorch uses them for storages. */
  persistent(id: PickleValue): PickleValue
}

/** What the instructions that are refused are called, for the message. */
const refusedNames: Readonly<Record<string, string>> = {
  P: "PERSID",
  i: "INST",
  o: "OBJ",
  "\x81": "NEWOBJ",
  "\x92": "NEWOBJ_EX",
  "\x82": "EXT1",
  "\x83": "EXT2",
  "\x84": "EXT4",
  F: "FLOAT",
  I: "INT",
  L: "LONG",
  S: "STRING",
  T: "BINSTRING",
  U: "SHORT_BINSTRING",
  V: "UNICODE",
  B: "BINBYTES",
  C: "SHORT_BINBYTES",
  "\x8e": "BINBYTES8",
  "\x8d": "BINUNICODE8",
  "\x96": "BYTEARRAY8",
  "\x97": "NEXT_BUFFER",
  "\x98": "READONLY_BUFFER",
  d: "DICT",
  l: "LIST",
  g: "GET",
  p: "PUT",
  "2": "DUP",
  "0": "POP",
  "1": "POP_MARK",
  "\x8b": "LONG4",
  "\x8f": "EMPTY_SET",
  "\x90": "ADDITEMS",
  "\x91": "FROZENSET",
}

const mark = Symbol("mark")
type Slot = PickleValue | typeof mark

/**
 * Runs a pickle in the restricted machine.
 *
 * @throws CheckpointError for an instruction or a global that is not permitted (named), and for damaged pickles
 */
export function readPickle(bytes: Uint8Array, world: PickleWorld, file: string): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stack: Slot[] = []
  const memo = new Map<number, PickleValue>()
  let at = 0

  const damaged = (what: string): CheckpointError => new CheckpointError(`${file}: the pickle is damaged at byte ${at}: ${what}`)
  const take = (count: number): number => {
    if (count < 0 || at + count > bytes.byteLength) throw damaged("it ends too early")
    at += count
    return at - count
  }
  const byte = (): number => bytes[take(1)]!
  const word = (): number => view.getUint32(take(4), true)
  const text = (length: number): string => {
    const start = take(length)
    return new TextDecoder().decode(bytes.subarray(start, start + length))
  }
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at)
    if (end < 0) throw damaged("a name does not end")
    const found = text(end - at)
    at++
    return found
  }
  const value = (slot: Slot | undefined): PickleValue => {
    if (slot === undefined || slot === mark) throw damaged("a value is missing on the stack")
    return slot
  }
  const pop = (): PickleValue => value(stack.pop())
  const top = (): PickleValue => value(stack.at(-1))
  const popToMark = (): PickleValue[] => {
    const start = stack.lastIndexOf(mark)
    if (start < 0) throw damaged("a mark is missing on the stack")
    return stack.splice(start).slice(1) as PickleValue[]
  }
  const popTuple = (length: number): PickleValue[] => Array.from({ length }, pop).toReversed()
  const global = (name: string): PickleGlobal => {
    const found = world.global(name)
    if (!found)
      throw new CheckpointError(
        `${file}: refused: the pickle refers to the global "${name}", which is not on the list of permitted ones; nothing of it was run`,
      )
    return found
  }
  const setItems = (items: readonly PickleValue[]): void => {
    const into = top()
    if (!(into instanceof Map) || items.length % 2 !== 0) throw damaged("items are set on what is not a dictionary")
    for (let i = 0; i < items.length; i += 2) into.set(items[i]!, items[i + 1]!)
  }
  const append = (items: readonly PickleValue[]): void => {
    const into = top()
    if (!Array.isArray(into)) throw damaged("items are appended to what is not a list")
    for (const item of items) into.push(item)
  }
  const recall = (index: number): void => {
    const found = memo.get(index)
    if (found === undefined) throw damaged(`memo ${index} was never set`)
    stack.push(found)
  }

  for (;;) {
    const instruction = String.fromCharCode(byte())
    switch (instruction) {
      case "\x80": {
        // PROTO
        const protocol = byte()
        if (protocol > 5) throw damaged(`protocol ${protocol} is unknown`)
        break
      }
      case "\x95": // FRAME
        take(8)
        break
      case "N":
        stack.push(null)
        break
      case "\x88":
        stack.push(true)
        break
      case "\x89":
        stack.push(false)
        break
      case "J": // BININT
        stack.push(view.getInt32(take(4), true))
        break
      case "K": // BININT1
        stack.push(byte())
        break
      case "M": // BININT2
        stack.push(view.getUint16(take(2), true))
        break
      case "\x8a": {
        // LONG1, two's complement
        const length = byte()
        const start = take(length)
        let long = 0n
        for (let i = length - 1; i >= 0; i--) long = (long << 8n) | BigInt(bytes[start + i]!)
        long = BigInt.asIntN(8 * length, long)
        stack.push(Number.isSafeInteger(Number(long)) ? Number(long) : long)
        break
      }
      case "G": // BINFLOAT, the one big-endian number
        stack.push(view.getFloat64(take(8)))
        break
      case "X": // BINUNICODE
        stack.push(text(word()))
        break
      case "\x8c": // SHORT_BINUNICODE
        stack.push(text(byte()))
        break
      case "}":
        stack.push(new Map())
        break
      case "]":
      case ")": // a tuple is an array too
        stack.push([])
        break
      case "(":
        stack.push(mark)
        break
      case "t":
        stack.push(popToMark())
        break
      case "\x85":
      case "\x86":
      case "\x87": // TUPLE1, 2, 3
        stack.push(popTuple(instruction.charCodeAt(0) - 0x84))
        break
      case "s":
        setItems(popTuple(2))
        break
      case "u":
        setItems(popToMark())
        break
      case "a":
        append(popTuple(1))
        break
      case "e":
        append(popToMark())
        break
      case "q":
        memo.set(byte(), top())
        break
      case "r":
        memo.set(word(), top())
        break
      case "\x94": // MEMOIZE
        memo.set(memo.size, top())
        break
      case "h":
        recall(byte())
        break
      case "j":
        recall(word())
        break
      case "c": // GLOBAL
        stack.push(global(`${line()}.${line()}`))
        break
      case "\x93": {
        // STACK_GLOBAL
        const [module, name] = popTuple(2)
        if (typeof module !== "string" || typeof name !== "string") throw damaged("a global without a name")
        stack.push(global(`${module}.${name}`))
        break
      }
      case "Q": // BINPERSID
        stack.push(world.persistent(pop()))
        break
      case "R": {
        // REDUCE: a call, of what the table permits only
        const [callee, args] = popTuple(2)
        if (!isGlobal(callee) || !callee.call || !Array.isArray(args))
          throw new CheckpointError(
            `${file}: refused: the pickle calls (REDUCE) ${isGlobal(callee) ? `"${callee.global}"` : "a value"}; nothing of it was run`,
          )
        stack.push(callee.call(args))
        break
      }
      case "b": // BUILD: PyTorch hangs version numbers on its dictionaries, which say nothing about tensors
        pop()
        if (!(top() instanceof Map))
          throw new CheckpointError(`${file}: refused: the pickle sets the state (BUILD) of what is not a dictionary`)
        break
      case ".":
        return pop()
      default: {
        const name = refusedNames[instruction] ?? `0x${instruction.charCodeAt(0).toString(16)}`
        throw new CheckpointError(
          `${file}: refused: the pickle has the forbidden instruction ${name} at byte ${at - 1}; nothing of it was run`,
        )
      }
    }
  }
}

const isGlobal = (value: PickleValue | undefined): value is PickleGlobal =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map) && "global" in value
