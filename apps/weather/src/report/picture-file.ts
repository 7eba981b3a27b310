/** A drawing as PNG, half as large again for sharp screens, on white. */
export async function pngOf(svg: string): Promise<Buffer> {
  const { default: sharp } = await import("sharp")
  return sharp(Buffer.from(svg), { density: 108, limitInputPixels: false }).flatten({ background: "#fff" }).png().toBuffer()
}
