/** Was a thread woken only to stop? Who sent the signal did not do what the wait was for. */
import { STATE, type StateRows } from "../timeline/index.ts";

/** From the wake by a signal to the stop: a few microseconds on a CPU, plus the wait for it. */
const MAX_SIGNAL_NS = 20_000_000;

/** True when the wait in this row ended, and the next one is the stop. */
export function isToStop(states: StateRows, row: number): boolean {
  let after = row + 1;
  while (after < states.length && states.state[after] !== STATE.sleeping && states.state[after] !== STATE.blocked && states.state[after] !== STATE.stopped)
    after++;
  return (
    after < states.length &&
    states.state[after] === STATE.stopped &&
    states.state[row] !== STATE.stopped &&
    (states.start[after] as number) - (states.end[row] as number) < MAX_SIGNAL_NS
  );
}
