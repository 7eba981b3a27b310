import type { RandomStream } from "@scalewise/nn"

/**
 * The randomness of one draw for one graph, each number of which belongs to a node or an edge. Whatever is decided with it commutes with
 * renaming the nodes, as long as their numbers go with them.
 */
export interface CodeNoise {
  /** Uniform on [0, 1), `width` numbers for each node: [nodes, width]. */
  nodes(use: string, count: number, width: number): Float32Array
  /** Uniform on [0, 1), `width` numbers for each edge: [edges, width]. */
  edges(use: string, count: number, width: number): Float32Array
  /** Standard normal, `width` numbers for each node. */
  normals(use: string, count: number, width: number): Float32Array
}

/** Noise from a sample's stream. */
export const streamNoise = (random: RandomStream): CodeNoise => ({
  nodes: (use, count, width) =>
    random
      .fold("nodes")
      .fold(use)
      .uniformValues([count * width]),
  edges: (use, count, width) =>
    random
      .fold("edges")
      .fold(use)
      .uniformValues([count * width]),
  normals: (use, count, width) =>
    random
      .fold("normals")
      .fold(use)
      .normalValues([count * width]),
})

/** A standard Gumbel number of a uniform one, which is a multiple of 2^-24. */
export const gumbel = (uniform: number): number => -Math.log(-Math.log(uniform + 2 ** -25))
