/** How do two threads of the service share one thing? With a mutex of three states over one futex word (Drepper, "Futexes are tricky"). */

const FREE = 0;
const HELD = 1;
const HELD_AND_WANTED = 2;

/** Blocks the calling thread; not for the main thread. */
export function lock(words: Int32Array, at: number): void {
  let seen = Atomics.compareExchange(words, at, FREE, HELD);
  while (seen !== FREE) {
    if (seen === HELD_AND_WANTED || Atomics.compareExchange(words, at, HELD, HELD_AND_WANTED) !== FREE) Atomics.wait(words, at, HELD_AND_WANTED);
    seen = Atomics.compareExchange(words, at, FREE, HELD_AND_WANTED);
  }
}

export function unlock(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, FREE) === HELD_AND_WANTED) Atomics.notify(words, at, 1);
}
