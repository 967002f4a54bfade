/** One colour a class, the same everywhere. Never the only sign: every strip has its name beside it or under the pointer. */
import type { PathClass } from "../../../result/index.ts";

export const CLASS_COLORS: Readonly<Record<PathClass, string>> = {
  running: "#2a9d78",
  hardirq: "#b5179e",
  softirq: "#d65db1",
  nmi: "#7b2cbf",
  reclaim: "#b7791f",
  runnable: "#e4572e",
  "blocked-io": "#7d5bd0",
  "blocked-fault": "#a184e8",
  "blocked-lock": "#e9a23b",
  "blocked-pipe": "#c0842c",
  "blocked-network": "#3b8ed0",
  "blocked-timer": "#8aa4c8",
  "blocked-work": "#3aa6a0",
  "blocked-device": "#4f6df5",
  "blocked-child": "#7aa23f",
  "blocked-stopped": "#5a6472",
  "blocked-other": "#98a4b3",
  lost: "#111111",
  unknown: "#b9b9b9",
};
