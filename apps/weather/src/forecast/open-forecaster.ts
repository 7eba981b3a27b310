import { existsSync } from "node:fs"
import { DataError } from "@scalewise/nn"
import { loadForecaster, shippedForecasterFolder, shippedForecasters, type Forecaster } from "@scalewise/weather"

/**
 * A forecaster by its folder, or a shipped one by its name; the caller disposes it.
 *
 * @throws DataError where there is neither, CheckpointError for a folder that holds no whole model
 */
export async function openForecaster(folderOrName: string): Promise<Forecaster> {
  const shipped = shippedForecasterFolder(folderOrName)
  if (shipped !== undefined) return loadForecaster(shipped)
  if (!existsSync(folderOrName))
    throw new DataError(
      `${folderOrName}: expected the folder of a forecaster or the name of a shipped one (${shippedForecasters().join(", ")}), found neither; train makes one`,
    )
  return loadForecaster(folderOrName)
}
