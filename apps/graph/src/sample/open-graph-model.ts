import { existsSync } from "node:fs"
import { loadGraphModel, shippedGraphModels, shippedGraphModelFolder, type GraphModel } from "@scalewise/graph"
import { DataError } from "@scalewise/nn"

/**
 * A model by its folder, or a shipped one by its name; the caller disposes it.
 *
 * @throws DataError where there is neither, CheckpointError for a folder that holds no whole model
 */
export async function openGraphModel(folderOrName: string): Promise<GraphModel> {
  const shipped = shippedGraphModelFolder(folderOrName)
  if (shipped !== undefined) return loadGraphModel(shipped)
  if (!existsSync(folderOrName))
    throw new DataError(
      `${folderOrName}: expected the folder of a graph model or the name of a shipped one (${shippedGraphModels().join(", ")}), got neither; train makes one`,
    )
  return loadGraphModel(folderOrName)
}
