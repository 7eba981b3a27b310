import type { Layer, Parameters, RandomStream } from "@scalewise/nn"

/** Fresh parameters of named layers, each from the stream's branch of its name. */
export const initialParameters = (parts: Readonly<Record<string, Pick<Layer, "init">>>, random: RandomStream): Parameters =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.init(random.fold(name))]))
