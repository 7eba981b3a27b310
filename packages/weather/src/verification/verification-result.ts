/** A number, or null where it is not defined (fair CRPS ratios of one member, correlations without variance, no event). */
export type Score = number | null

/** An estimate with the ends of its 95 % interval by moving-block bootstrap over starts. */
export interface ScoreInterval {
  readonly estimate: Score
  readonly lower: Score
  readonly upper: Score
}

/** What verification gives: plain JSON, all numbers finite or null. */
export interface VerificationResult {
  readonly format: "scalewise-verification-1"
  /** The forecast's own name; the first system of every variable. */
  readonly forecast: string
  /** Hours after the start; [L]. */
  readonly leads: readonly number[]
  readonly starts: VerifiedStarts
  readonly calendar: string
  readonly grid: { readonly latitudes: readonly number[]; readonly longitudes: readonly number[]; readonly isPeriodic: boolean }
  /** What climatology, quantiles and baselines were learned from, in words: "2001-01-01 to 2007-12-31, 2556 states". */
  readonly training: string
  readonly settings: {
    readonly seed: number
    /** Length of a bootstrap block, days. */
    readonly blockDays: number
    readonly resamples: number
    /** Every how many starts spectra, and band and variogram scores, were taken; 1 for all. */
    readonly spectrumStride: number
    readonly bandStride: number
  }
  /** Conditions that a reader must know, one sentence each. */
  readonly notices: readonly string[]
  readonly variables: readonly VariableVerification[]
}

/** Which initial times were verified. */
export interface VerifiedStarts {
  /** Starts with at least one lead verified. */
  readonly verified: number
  /** Pairs of start and lead verified, and those left out because no truth lies there, or the forecast is missing. */
  readonly pairs: number
  readonly withoutTruth: number
  readonly withoutForecast: number
  /** Dates of the first and last verified start. */
  readonly first: string | null
  readonly last: string | null
  /** Dates of starts of which no lead could be verified. */
  readonly unverified: readonly string[]
}

/** One variable: the forecast and all baselines, and the forecast held against each baseline. */
export interface VariableVerification {
  readonly name: string
  readonly units: string
  /** The forecast first, then baselines; on the same starts, leads and cells. */
  readonly systems: readonly SystemScores[]
  readonly comparisons: readonly Comparison[]
  /** Mean error of the forecast's ensemble mean at each lead, [L][H][W] flat by rows; null where no truth is. */
  readonly biasMaps: readonly (readonly Score[])[]
}

/** The scores of one system. */
export interface SystemScores {
  readonly name: string
  readonly isBaseline: boolean
  readonly members: number
  /** What `crps` holds: fair CRPS for two members or more; with one member the fair form is undefined, and it is the absolute error. */
  readonly crpsForm: "fair" | "absolute error"
  /** [L]. */
  readonly leads: readonly LeadScores[]
}

/** Scores at one lead; in units of the variable, area-weighted, over all verified starts. */
export interface LeadScores {
  /** Hours. */
  readonly lead: number
  /** Starts that count here. */
  readonly starts: number
  /** Cells left out because the truth, or the forecast, is missing there (over all starts). */
  readonly missingTruth: number
  readonly missingForecast: number
  /** Of the ensemble mean; the root is taken last. */
  readonly rmse: Score
  readonly rmseInterval: ScoreInterval
  /** Of the ensemble mean with the part that finite members add taken off. */
  readonly rmseUnbiased: Score
  /** Of the ensemble mean. */
  readonly mae: Score
  readonly bias: Score
  /** Anomaly correlation of the ensemble mean, anomalies from the training climatology. */
  readonly acc: Score
  readonly crps: Score
  readonly crpsInterval: ScoreInterval
  readonly crpsClassic: Score
  /** Exact CRPS of the Gaussian that a system states for each cell, for those that do. */
  readonly crpsGaussian: Score
  readonly spread: Score
  /** sqrt((M + 1) / M) spread / rmse; 1 for exchangeable members. */
  readonly spreadSkill: Score
  /** E|X - X'| / E|X - y|; 1 when calibrated. */
  readonly crpsRatio: Score
  /** Fair, with the root of the cells' mean square as norm, as in `rmse`. */
  readonly energyScore: Score
  /** With p = 0.5, of cells 1, 2 and 4 apart; of the starts that band scores are taken from. */
  readonly variogramScore: Score
  /** Share of the truth in each of the M + 1 ranks. */
  readonly rankHistogram: readonly number[]
  /** Sum of |share - 1 / (M + 1)|: 0 is flat. */
  readonly rankDeviation: Score
  readonly events: readonly EventScores[]
  readonly spectrum: SpectrumScores | null
  /** Coarse to fine. */
  readonly bands: readonly BandScores[]
}

/** Forecasts of the event that a training quantile of the cell and season is passed. Curves are there for the forecast alone, else empty. */
export interface EventScores {
  /** "above 95 %", "below 5 %". */
  readonly name: string
  readonly quantile: number
  readonly side: "above" | "below"
  /** Cells and starts, and those with the event. */
  readonly cells: number
  readonly events: number
  /** Observed frequency, area-weighted. */
  readonly baseRate: Score
  readonly brier: Score
  readonly brierFair: Score
  readonly reliability: Score
  readonly resolution: Score
  readonly uncertainty: Score
  /** Against the observed frequency. */
  readonly brierSkill: Score
  /** The same of the fair Brier score, which does not count the number of members. */
  readonly brierSkillFair: Score
  readonly auc: Score
  /** Bins k = 0..M of the forecast probability k / M: share of the forecasts, and observed frequency. */
  readonly diagram: readonly { readonly probability: number; readonly share: number; readonly observed: Score }[]
  /** ROC points from strict to lax thresholds, with both corners. */
  readonly roc: readonly { readonly falseAlarmRate: number; readonly hitRate: number }[]
  /** Relative economic value where users act once the probability reaches their cost-loss ratio (no threshold is fitted). */
  readonly economicValue: readonly { readonly costLoss: number; readonly value: Score }[]
}

/** Power by zonal wavenumber; units of the variable squared. */
export interface SpectrumScores {
  /** Wavelengths at the middle of the rows used, km; falling. */
  readonly wavelengthsKm: readonly number[]
  readonly truth: readonly number[]
  /** Mean over members of each one's power. */
  readonly member: readonly number[]
  /** Power of the ensemble mean. */
  readonly ensembleMean: readonly number[]
  /** Root mean square of 10 log10(member / truth), dB. */
  readonly logDistance: Score
}

/** Scores of one Laplacian band of forecast and truth. */
export interface BandScores {
  /** Shortest wavelength that the band's grid resolves, km. */
  readonly wavelengthKm: number
  readonly rmse: Score
  readonly crps: Score
  readonly spreadSkill: Score
  /** Variance of members over that of the truth, both about the training climatology. */
  readonly varianceRatio: Score
}

/** The forecast against one reference, on the same starts. */
export interface Comparison {
  readonly reference: string
  readonly score: "crps" | "rmse" | "energyScore"
  /** [L]. */
  readonly leads: readonly {
    readonly lead: number
    /** 1 - forecast / reference. */
    readonly skill: ScoreInterval
    /** forecast - reference, units of the variable; negative is better. */
    readonly difference: ScoreInterval
  }[]
}
