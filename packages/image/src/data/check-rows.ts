import { ConfigError } from "@scalewise/nn"

/**
 * Refuses rows that a dataset does not have.
 *
 * @param where - what the message names
 * @throws ConfigError for the first of them
 */
export function checkRows(rows: ArrayLike<number>, size: number, where: string): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (!Number.isInteger(row) || row < 0 || row >= size)
      throw new ConfigError(`${where}: expected rows from 0 to ${size - 1}, got ${row}; choose among the ${size} images`)
  }
}
