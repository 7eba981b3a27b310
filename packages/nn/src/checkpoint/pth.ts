import { CheckpointError } from "../errors.ts"
import type { FlatParameters } from "../parameters.ts"
import type { FileSystem } from "./file-system.ts"
import { readPickle, type PickleGlobal, type PickleObject, type PickleValue, type PickleWorld } from "./pickle.ts"
import { checkName } from "./safetensors-header.ts"
import { openSource, tensorsOf, type LoadTensorsOptions, type TensorFileInput } from "./safetensors.ts"
import {
  bytesPerElement,
  decodeValues,
  elementCount,
  type StoredDtype,
  type StoredTensorInfo,
  type StoredValues,
  type TensorFile,
} from "./stored-tensor.ts"
import { openZip, readEntry, type ZipArchive, type ZipEntry } from "./zip-archive.ts"

// A .pth file is a zip archive: NAME/data.pkl is a pickle of nested dictionaries whose tensors are views (offset, size,
// strides) of storages, and NAME/data/KEY holds the bytes of the storage KEY.

/** A storage in the archive. */
interface Storage extends PickleObject {
  readonly object: "storage"
  readonly dtype: StoredDtype
  readonly key: string
  readonly elements: number
}

/** A view of a storage. */
interface TensorView extends PickleObject, StoredTensorInfo {
  readonly object: "tensor"
  readonly storage: Storage
  readonly offset: number
  readonly strides: readonly number[]
}

const storageDtypes: Readonly<Record<string, StoredDtype>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
}

/** Deeper or larger structures than these are no checkpoints; shared parts could otherwise unfold without end. */
const deepest = 64
const mostNodes = 1_000_000
/** A view may repeat its storage (stride 0), but not to more elements than this unless the storage is as large. */
const mostRepeated = 2 ** 28

/**
 * Opens a PyTorch checkpoint (the zip form, written since PyTorch 1.6). Its pickle is read by a machine that knows tensors
 * and dictionaries only: any other instruction or global is refused by name, and nothing is ever executed. Nested
 * dictionaries and lists give dotted names; what is not a tensor is left out.
 *
 * @throws CheckpointError for refused, damaged and older files
 */
export async function openPth(input: TensorFileInput, fileSystem?: FileSystem): Promise<TensorFile> {
  const source = await openSource(input, fileSystem)
  try {
    const archive = await openZip(source)
    const root = [...archive.entries.keys()].find((name) => name.endsWith("data.pkl"))?.slice(0, -"data.pkl".length)
    if (root === undefined)
      throw new CheckpointError(
        `${source.name}: expected a PyTorch checkpoint with data.pkl, found none; re-save it with PyTorch 1.6 or later`,
      )
    const entry = (name: string): ZipEntry | undefined => archive.entries.get(root + name)
    const order = entry("byteorder")
    if (order && new TextDecoder().decode(await readEntry(archive, order)) !== "little")
      throw new CheckpointError(`${source.name}: expected little-endian numbers; re-save the checkpoint on a little-endian machine`)
    const tensors = flattenTensors(
      readPickle(await readEntry(archive, entry("data.pkl")!), torchWorld(source.name), source.name),
      source.name,
    )
    return {
      name: source.name,
      metadata: {},
      tensors,
      async read(name) {
        const tensor = tensors.get(name)
        if (!tensor) throw new CheckpointError(`${source.name}: there is no tensor "${name}"`)
        const storage = entry(`data/${tensor.storage.key}`)
        if (!storage) throw new CheckpointError(`${source.name}: tensor "${name}": its storage "${tensor.storage.key}" is missing`)
        return { dtype: tensor.dtype, shape: tensor.shape, values: await readView(tensor, storage, archive, source.name) }
      },
      close: () => source.close(),
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

/** Reads a PyTorch checkpoint into tensors of TensorFlow.js (see `openPth`), which the caller disposes. */
export async function loadPth(input: TensorFileInput, options: LoadTensorsOptions = {}): Promise<FlatParameters> {
  return tensorsOf(await openPth(input, options.fileSystem), options)
}

/** The whole list of what a checkpoint may refer to. */
function torchWorld(file: string): PickleWorld {
  const malformed = (what: string): CheckpointError => new CheckpointError(`${file}: the checkpoint is malformed: ${what}`)
  const rebuildTensor = (args: readonly PickleValue[]): PickleValue => {
    const [storage, offset, shape, strides] = args
    if (
      !isObject<Storage>(storage, "storage") ||
      !isCount(offset) ||
      !isCounts(shape) ||
      !isCounts(strides) ||
      shape.length !== strides.length
    )
      throw malformed("a tensor has no proper storage, offset, size and strides")
    const count = elementCount(shape)
    const last = count === 0 ? 0 : offset + shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, 0) + 1
    if (last > storage.elements)
      throw malformed(`a tensor [${shape.join(", ")}] reaches to element ${last} of a storage of ${storage.elements}`)
    if (!(count <= Math.max(storage.elements, mostRepeated)))
      // NaN for a nonsensical shape
      throw malformed(`a tensor [${shape.join(", ")}] repeats ${storage.elements} elements too often`)
    const view: TensorView = { object: "tensor", dtype: storage.dtype, shape, storage, offset, strides }
    return view
  }
  const globals = new Map<string, PickleGlobal>(
    [
      { global: "collections.OrderedDict", call: (args: readonly PickleValue[]) => orderedDict(args, malformed) },
      { global: "torch._utils._rebuild_tensor_v2", call: rebuildTensor },
      { global: "torch._utils._rebuild_parameter", call: (args: readonly PickleValue[]) => args[0] ?? null },
      { global: "torch.Size", call: (args: readonly PickleValue[]) => args[0] ?? null },
      ...Object.keys(storageDtypes).map((global) => ({ global })),
    ].map((permitted) => [permitted.global, permitted]),
  )
  return {
    global: (name) => globals.get(name),
    persistent(id) {
      const [kind, type, key, , elements] = Array.isArray(id) ? id : []
      const dtype = storageDtypes[(type as PickleGlobal | undefined)?.global ?? ""]
      if (kind !== "storage" || !dtype || typeof key !== "string" || !isCount(elements))
        throw malformed("a persistent id is not that of a storage")
      const storage: Storage = { object: "storage", dtype, key, elements }
      return storage
    },
  }
}

/** `OrderedDict()` or `OrderedDict([(key, value), ...])`. */
function orderedDict([items = []]: readonly PickleValue[], malformed: (what: string) => Error): PickleValue {
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2))
    throw malformed("an OrderedDict of what is not pairs")
  return new Map(items as [PickleValue, PickleValue][])
}

function flattenTensors(root: PickleValue, file: string): Map<string, TensorView> {
  const tensors = new Map<string, TensorView>()
  let nodes = 0
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (path.length > deepest || ++nodes > mostNodes)
      throw new CheckpointError(`${file}: the checkpoint is nested too deeply or has too many parts`)
    if (isObject<TensorView>(value, "tensor")) {
      const name = path.join(".") || "tensor"
      checkName(name, file)
      if (tensors.has(name)) throw new CheckpointError(`${file}: two tensors have the name "${name}"`)
      tensors.set(name, value)
    } else if (value instanceof Map) {
      for (const [key, item] of value) if (typeof key === "string" || typeof key === "number") visit(item, [...path, String(key)])
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, [...path, String(index)])
    }
  }
  visit(root, [])
  if (tensors.size === 0) throw new CheckpointError(`${file}: expected a checkpoint with tensors, found none`)
  return tensors
}

/** Reads the part of the storage that the view spans, and gathers it where it is not contiguous. */
async function readView(
  { dtype, shape, strides, offset }: TensorView,
  storage: ZipEntry,
  archive: ZipArchive,
  file: string,
): Promise<StoredValues> {
  const count = elementCount(shape)
  const span = count === 0 ? 0 : shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, 1)
  const needed = (offset + span) * bytesPerElement[dtype]
  if (needed > storage.size)
    // before so much is allocated
    throw new CheckpointError(
      `${file}: the storage "${storage.name}" has ${storage.size} bytes, but ${needed} are needed for a tensor [${shape.join(", ")}]; copy it again`,
    )
  const bytes = new Uint8Array(span * bytesPerElement[dtype])
  await archive.read(storage, offset * bytesPerElement[dtype], bytes)
  const spanned = decodeValues(dtype, bytes)
  return isContiguous(shape, strides) ? spanned : gatherStrided(spanned, shape, strides, count)
}

function gatherStrided(spanned: StoredValues, shape: readonly number[], strides: readonly number[], count: number): StoredValues {
  const gathered = new (spanned.constructor as new (length: number) => StoredValues)(count)
  const index = shape.map(() => 0)
  for (let i = 0, from = 0; i < count; i++) {
    gathered[i] = spanned[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return gathered
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return shape.includes(0)
    expected *= shape[axis]!
  }
  return true
}

const isObject = <T extends PickleObject>(value: PickleValue | undefined, object: T["object"]): value is T =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Map) &&
  "object" in value &&
  value.object === object

const isCount = (value: PickleValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isCounts = (value: PickleValue | undefined): value is number[] => Array.isArray(value) && value.every(isCount)
