import { formatCount, formatValue, textTable, type Inspection } from "@scalewise/cli"
import { imageStatistics, openImageDatasets, type ImageDataset, type ImageStatistics, type OpenedImageDatasets } from "@scalewise/image"

/** Options of `inspectDatasets`. */
export interface InspectDatasetsOptions {
  /** What pictures are brought to. @defaultValue the size that all have, else the shortest side of all */
  readonly size?: number | undefined
  /** @defaultValue 1 where all pictures are grey, else 3 */
  readonly channels?: 1 | 3 | undefined
  /** @defaultValue the loader's */
  readonly testFraction?: number | undefined
  /** Decides which pictures are held out. @defaultValue 0 */
  readonly seed?: number | undefined
  readonly signal?: AbortSignal
  /** Told how many images are decoded or measured, of how many in all, and which it is. */
  readonly onProgress?: (done: number, total: number, what: string) => void
}

const kinds = { idx: "idx files", cifar10: "CIFAR-10 batches", folder: "folder of pictures" } as const

/** At most so many lines of one sort; `--json` has all. */
const mostLines = 20

/**
 * Says what images a folder holds: kind, numbers, sizes on disk, classes, range of the intensities, and what is broken.
 *
 * @throws DataError for a folder that is no dataset
 */
export async function inspectDatasets(folder: string, options: InspectDatasetsOptions = {}): Promise<Inspection> {
  const { size, channels, testFraction, seed, signal, onProgress } = options
  let checked = 0
  const opened = await openImageDatasets(folder, {
    size: size ?? "smallest",
    channels,
    ...(testFraction !== undefined && { testFraction }),
    ...(seed !== undefined && { seed }),
    signal,
    onProgress(done, total) {
      checked = done
      onProgress?.(done, 2 * total, "checking")
    },
  })
  const total = opened.train.size + opened.test.size
  const measure = (dataset: ImageDataset, before: number): Promise<ImageStatistics> =>
    imageStatistics(dataset, { signal, onProgress: (done) => onProgress?.(checked + before + done, checked + total, "measuring") })
  const [train, test] = [await measure(opened.train, 0), await measure(opened.test, opened.train.size)]
  const { kind, broken, unused, misnamed, originals } = opened
  const { height, width, channels: depth, classes } = opened.train
  return {
    kind: "images",
    data: {
      of: kind,
      height,
      width,
      channels: depth,
      classes,
      train: { size: opened.train.size, ...train },
      test: { size: opened.test.size, ...test },
      originals,
      broken,
      unused,
      misnamed,
    },
    text: datasetText(folder, opened, train, test),
    faults: broken.map(({ file, reason }) => `${folder}: ${file} ${reason}`),
  }
}

function datasetText(folder: string, opened: OpenedImageDatasets, train: ImageStatistics, test: ImageStatistics): string {
  const { kind, broken, unused, misnamed, originals, train: images } = opened
  const { height, width, channels, classes } = images
  const total = images.size + opened.test.size
  const resized = originals.some((original) => original.height !== height || original.width !== width)
  const colours = channels === 1 ? "grey" : "colour"
  const sides = [
    ["images", formatCount(images.size), formatCount(opened.test.size)],
    ["smallest value", formatValue(train.min), formatValue(test.min)],
    ["largest value", formatValue(train.max), formatValue(test.max)],
    ["mean", perChannel(train.mean), perChannel(test.mean)],
    ["standard deviation", perChannel(train.deviation), perChannel(test.deviation)],
  ]
  const parts = [
    `${folder}: ${kinds[kind]}, ${formatCount(total)} images, ${colours}, ${classes.length} ${classes.length === 1 ? "class" : "classes"}, read at ${height} x ${width}${resized ? " (scaled and cropped)" : ""}`,
    textTable(["intensities", "train", "test"], sides),
    textTable(
      ["class", "name", "train", "test"],
      few(
        classes.map((name, label) => [String(label), name, formatCount(train.perClass[label]!), formatCount(test.perClass[label]!)]),
        (more) => [`${more} more`],
      ),
    ),
    textTable(
      ["on disk", "height x width", "channels", "images"],
      few(
        originals.map((o) => [o.format, `${o.height} x ${o.width}`, String(o.channels), formatCount(o.count)]),
        (more) => [`${more} more`],
      ),
    ),
    listed(
      "broken, left out",
      broken.map(({ file, reason }) => `${file} ${reason}`),
    ),
    listed("with the extension of another format, read all the same", misnamed),
    listed("not used", unused),
  ]
  return parts.filter(Boolean).join("\n\n")
}

const perChannel = (values: readonly number[]): string => values.map(formatValue).join(", ")

/** The first few of many, and how many more there are. */
const few = <Line>(lines: readonly Line[], more: (count: number) => Line): Line[] =>
  lines.length <= mostLines ? [...lines] : [...lines.slice(0, mostLines - 1), more(lines.length - mostLines + 1)]

const listed = (what: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ""
    : `${formatCount(lines.length)} ${what}:\n${few(lines, (more) => `${more} more`)
        .map((line) => `  ${line}`)
        .join("\n")}`
