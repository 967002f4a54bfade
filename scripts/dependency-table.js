// Who may import whom? The one table: ARCHITECTURE.md shows it, `npm run check` holds every file of src/ against it.
//   rooms:    other rooms whose index.ts may be imported; every room may import base
//   types:    rooms of which only types may be imported
//   node:     true = may import node:* modules and touch process, console, the clock; base to result are pure
//   packages: what may be imported from node_modules
// Tests (*.test.ts) and what they share (test-support/, fixtures.ts) may import any room's index.ts, node:* and the test tools.
// To allow something new, change this table and say why in the commit.

export const ROOMS = {
  base: { rooms: [], types: [], node: false, packages: [] },
  linux: { rooms: [], types: ["bundle"], node: true, packages: [] },
  bundle: { rooms: [], types: [], node: true, packages: [] },
  trigger: { rooms: ["linux"], types: ["bundle"], node: true, packages: [] },
  capture: { rooms: ["bundle", "linux"], types: [], node: true, packages: [] },
  import: { rooms: ["trace", "bundle"], types: [], node: true, packages: ["fzstd"] },
  export: { rooms: ["import", "trace", "bundle", "timeline", "result"], types: [], node: true, packages: ["pbf"] },
  trace: { rooms: [], types: [], node: false, packages: [] },
  timeline: { rooms: ["trace"], types: [], node: false, packages: [] },
  "critical-path": { rooms: ["trace", "timeline"], types: [], node: false, packages: [] },
  facts: { rooms: ["trace", "timeline", "critical-path"], types: ["bundle"], node: false, packages: [] },
  diagnosis: { rooms: ["trace", "timeline", "critical-path", "facts", "result"], types: ["bundle"], node: false, packages: [] },
  result: { rooms: [], types: [], node: false, packages: ["zod"] },
  drawing: { rooms: ["trace", "timeline"], types: ["bundle"], node: false, packages: [] },
  report: { rooms: ["result", "drawing"], types: [], node: false, packages: ["picocolors", "string-width", "preact", "uplot"] },
  remedy: { rooms: ["linux", "result", "trigger"], types: ["bundle"], node: true, packages: [] },
  history: { rooms: ["result"], types: [], node: true, packages: [] },
  server: { rooms: ["history", "report", "result"], types: [], node: true, packages: [] },
  demo: { rooms: ["linux"], types: ["bundle"], node: true, packages: ["@echogarden/espeak-ng-emscripten"] },
  cli: { rooms: "all", types: [], node: true, packages: ["commander"] },
};

/** Rooms that must not know the machine they run on: the same input gives the same answer. */
export const PURE_ROOMS = Object.keys(ROOMS).filter((room) => !ROOMS[room].node);
