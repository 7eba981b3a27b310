import initRdkit, { type MainModule, type Mol } from "@rdkit/rdkit"

/** RDKit, compiled to WebAssembly. */
export type Rdkit = MainModule

let loading: Promise<Rdkit> | undefined

/** RDKit, loaded at the first call (a fifth of a second) and once for all; its files come with the package. */
export const loadRdkit = (): Promise<Rdkit> => (loading ??= initRdkit.default())

/**
 * What `use` makes of a molecule, which is freed after it (WebAssembly collects no garbage); undefined where RDKit finds that the
 * text is no molecule: it cannot be parsed, an atom has too many bonds, or no Kekule structure exists.
 *
 * @param text - a SMILES or a molblock
 * @param settings - what RDKit's `get_mol` takes as its second argument
 */
export function withMolecule<Result>(
  rdkit: Rdkit,
  text: string,
  use: (molecule: Mol) => Result,
  settings: Readonly<Record<string, boolean>> = {},
): Result | undefined {
  let molecule: Mol | null
  try {
    molecule = rdkit.get_mol(text, JSON.stringify(settings))
  } catch {
    return undefined
  }
  if (!molecule) return undefined
  try {
    return use(molecule)
  } finally {
    molecule.delete()
  }
}
