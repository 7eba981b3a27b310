import { ConfigError } from "@scalewise/nn"
import { checkSameSize, countImages, type ImageSet } from "../extractor/image-set.ts"

const windowSize = 11
const sigma = 1.5
const c1 = 0.01 ** 2
const c2 = 0.03 ** 2

/** The Gaussian window of one direction; its numbers sum to 1. */
const window1d: Float64Array = (() => {
  const weights = Float64Array.from({ length: windowSize }, (_, i) => Math.exp(-((i - (windowSize - 1) / 2) ** 2) / (2 * sigma ** 2)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
})()

/**
 * Structural similarity of each pair of images (Wang et al. 2004), 1 for equal ones: Gaussian 11 x 11 window with sigma 1.5,
 * K1 = .01, K2 = .03, range 1, covariances divided by the sum of the weights. The mean is over the places where the window lies wholly
 * in the image, and over channels: `structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)` of scikit-image.
 *
 * @throws ShapeError where the sets differ in size or number, ConfigError for images smaller than the window
 */
export function ssim(a: ImageSet, b: ImageSet): Float64Array {
  const count = countImages(a)
  checkSameSize(a, b, "ssim")
  if (countImages(b) !== count) throw new ConfigError(`ssim: expected as many images in both sets, got ${count} and ${countImages(b)}`)
  const { height, width, channels } = a
  if (height < windowSize || width < windowSize)
    throw new ConfigError(`ssim: expected images of at least ${windowSize} x ${windowSize}, got ${height} x ${width}`)
  const pixels = height * width
  const planeA = new Float64Array(pixels)
  const planeB = new Float64Array(pixels)
  const scores = new Float64Array(count)
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < pixels; i++) {
        const at = (image * pixels + i) * channels + channel
        planeA[i] = a.images[at]!
        planeB[i] = b.images[at]!
      }
      scores[image]! += planeSimilarity(planeA, planeB, height, width) / channels
    }
  }
  return scores
}

function planeSimilarity(x: Float64Array, y: Float64Array, height: number, width: number): number {
  const smooth = (values: (i: number) => number) => smoothed(values, height, width)
  const meanX = smooth((i) => x[i]!)
  const meanY = smooth((i) => y[i]!)
  const squareX = smooth((i) => x[i]! ** 2)
  const squareY = smooth((i) => y[i]! ** 2)
  const cross = smooth((i) => x[i]! * y[i]!)
  let sum = 0
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i]!, meanY[i]!]
    const [vx, vy, vxy] = [squareX[i]! - mx * mx, squareY[i]! - my * my, cross[i]! - mx * my]
    sum += ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
  }
  return sum / meanX.length
}

/** Window means where the window fits, [height - 10, width - 10]: one direction after the other. */
function smoothed(values: (i: number) => number, height: number, width: number): Float64Array {
  const [rows, columns] = [height - windowSize + 1, width - windowSize + 1]
  const lines = new Float64Array(height * columns)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let t = 0; t < windowSize; t++) sum += window1d[t]! * values(row * width + column + t)
      lines[row * columns + column] = sum
    }
  const means = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let t = 0; t < windowSize; t++) sum += window1d[t]! * lines[(row + t) * columns + column]!
      means[row * columns + column] = sum
    }
  return means
}
