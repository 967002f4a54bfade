/** Which disturbances does the archetype know? */
import { quota, realTimeHog, rival } from "./disturb-cpu.ts";
import { blockedLoop, siblingLock, stopped } from "./disturb-service.ts";
import type { Injection } from "./injection.ts";
import type { Page } from "./page.ts";

/** `clean` has no injection: the verdict must be `none`. */
export const CASES: Readonly<Record<string, ((page: Page) => Promise<Injection>) | undefined>> = {
  clean: undefined,
  rival,
  fifo: realTimeHog,
  quota,
  lock: siblingLock,
  "loop-block": blockedLoop,
  stop: stopped,
};

export const CASE_NAMES: readonly string[] = Object.keys(CASES);
