import { expect, it } from "vitest";
import { isOrphan, ownName } from "./own-names.ts";

/** above the largest pid_max that Linux allows */
const NO_PID = 2 ** 22 + 1;

it.each([
  { name: ownName("disk"), orphan: false },
  { name: `stallscope-lab-${NO_PID}-disk`, orphan: true },
  { name: `somebody-${NO_PID}-disk`, orphan: false },
  { name: "stallscope-lab-disk", orphan: false },
])("$name is an orphan: $orphan", ({ name, orphan }) => {
  expect(isOrphan(name)).toBe(orphan);
});
