export {
  residualFiniteScalarQuantiser,
  type ResidualFiniteScalarOptions,
  type ResidualFiniteScalarQuantiser,
} from "./residual-finite-scalar.ts"
