/** The state at height u in [0, 1) of the cumulative law: a draw of it where u is uniform. States of no probability are never it. */
export function stateAt(law: Float64Array, u: number): number {
  let sum = 0
  let last = 0
  for (let state = 0; state < law.length; state++) {
    if (law[state] === 0) continue
    last = state
    sum += law[state]!
    if (u < sum) return state
  }
  return last
}
