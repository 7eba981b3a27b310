/** What every error that Scalewise raises on purpose has: a sentence for a person and a code for a program. */
export class ScalewiseError extends Error {
  /** Stable, upper-case, e.g. `SHAPE`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A tensor or array has another shape than the function documents. Message: `where: expected [B, 28, 28, 1], got [4, 32, 32, 3]`. */
export class ShapeError extends ScalewiseError {
  constructor(message: string, options?: ErrorOptions) {
    super("SHAPE", message, options)
  }
}

/** An option has a value that cannot work; the message says which values can. */
export class ConfigError extends ScalewiseError {
  constructor(message: string, options?: ErrorOptions) {
    super("CONFIG", message, options)
  }
}

/** A data file is missing, damaged or of another kind; the message names the file and what to do. */
export class DataError extends ScalewiseError {
  constructor(message: string, options?: ErrorOptions) {
    super("DATA", message, options)
  }
}

/** A checkpoint is damaged, or is one of another model, shape or version. */
export class CheckpointError extends ScalewiseError {
  constructor(message: string, options?: ErrorOptions) {
    super("CHECKPOINT", message, options)
  }
}
