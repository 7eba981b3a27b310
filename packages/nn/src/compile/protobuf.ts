/** The wire format of protocol buffers, as far as a GraphDef needs it. Every field function returns one encoded field. */
const encoder = new TextEncoder()

/** The parts in one array. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

/** Base-128 integer; negative numbers as 64-bit two's complement. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

const key = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType)

/** An integer, enum or boolean. */
export const integerField = (field: number, value: number | boolean): Uint8Array => concatenated([key(field, 0), varint(Number(value))])

/** A 32-bit float. */
export const floatField = (field: number, value: number): Uint8Array =>
  concatenated([key(field, 5), new Uint8Array(Float32Array.of(value).buffer)])

/** Raw bytes, or an embedded message. */
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array => concatenated([key(field, 2), varint(bytes.length), bytes])

/** A string as UTF-8. */
export const stringField = (field: number, text: string): Uint8Array => bytesField(field, encoder.encode(text))

/** An embedded message made of fields. */
export const messageField = (field: number, ...fields: readonly Uint8Array[]): Uint8Array => bytesField(field, concatenated(fields))
