// Tests start the built workers of dist/. `npm test` has built it and would have stopped; vitest run by hand builds here.
import { ensureBuilt, SetupError } from "./setup.js";

export default function setup() {
  try {
    ensureBuilt();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // many tests need no dist/: let them run, and say why the others may fail
    process.stderr.write(`\nWARNING: dist/ is not up to date: ${error.message}\n\n`);
  }
}
