// The model that ships draws a seven in five network calls, and knows that it is likelier as a seven than as a one.
import { generateImages, imageLikelihood, shippedModel } from "@scalewise/image"
import { selectBackend } from "@scalewise/nn"

await selectBackend()
const model = await shippedModel()
for await (const pictures of generateImages({ model, count: 1, labels: [7], seed: 1 })) {
  console.log(pictures.networkCalls, pictures.height, pictures.width) // → 5 28 28
  const set = { images: pictures.images, height: 28, width: 28, channels: 1 }
  const [seven, one] = [await imageLikelihood(model, set, { labels: [7] }), await imageLikelihood(model, set, { labels: [1] })]
  console.log(seven.tokenNats[0]! > one.tokenNats[0]!) // → true
}
