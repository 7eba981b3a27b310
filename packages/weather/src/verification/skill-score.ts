/** 1 - score / reference for scores of which 0 is perfect; NaN for a reference of 0. Always say which reference. */
export const skillScore = (score: number, reference: number): number => (reference === 0 ? NaN : 1 - score / reference)

/**
 * Spread-skill ratio of an ensemble, 1 where members and truth are exchangeable, below 1 where spread is too small: sqrt((M + 1) / M) spread / skill
 * (Fortin et al. 2014, doi:10.1175/JHM-D-14-0008.1; as in GenCast, doi:10.1038/s41586-024-08252-9).
 *
 * @param variance - mean over starts and cells of the members' variance (with M - 1)
 * @param squaredError - mean over starts and cells of (ensemble mean - truth)^2; means are taken first, the ratio last
 */
export const spreadSkillRatio = (variance: number, squaredError: number, members: number): number =>
  members < 2 ? NaN : Math.sqrt(((members + 1) / members) * (variance / squaredError))
