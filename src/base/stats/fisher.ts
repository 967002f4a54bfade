/** Do two shares differ? Fisher's exact test of a 2 by 2 table, two-sided: the tables as unlikely as this one or more so, margins given. */

/** Two tables count as equally likely within this; R uses the same. */
const TOLERANCE = 1 + 1e-7;

/** `hitsA` of `a` against `hitsB` of `b`. */
export function fisherExact(hitsA: number, a: number, hitsB: number, b: number): number {
  const hits = hitsA + hitsB;
  const [fewest, most] = [Math.max(0, hits - b), Math.min(a, hits)];
  const logFactorial = logFactorials(a + b);
  const logChoose = (n: number, k: number): number => (logFactorial[n] ?? 0) - (logFactorial[k] ?? 0) - (logFactorial[n - k] ?? 0);
  const likelihood = (inA: number): number => Math.exp(logChoose(a, inA) + logChoose(b, hits - inA) - logChoose(a + b, hits));
  const limit = likelihood(hitsA) * TOLERANCE;
  let pValue = 0;
  for (let inA = fewest; inA <= most; inA++) {
    const here = likelihood(inA);
    if (here <= limit) pValue += here;
  }
  return Math.min(1, pValue);
}

function logFactorials(upTo: number): Float64Array {
  const logs = new Float64Array(upTo + 1);
  for (let n = 2; n <= upTo; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n);
  return logs;
}
