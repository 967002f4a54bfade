/** How likely is a standard normal value this far from 0, on either side? */

/**
 * Chebyshev fit of erfc with a relative error below 1.2e-7 everywhere, so that tiny probabilities keep their figures.
 * Coefficients: Press et al., Numerical Recipes in C, 2nd ed., section 6.2 (erfcc); highest power first.
 */
const ERFC = [0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223] as const;

export function twoSidedNormal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const exponent = ERFC.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return Math.min(1, t * Math.exp(exponent - x * x));
}
