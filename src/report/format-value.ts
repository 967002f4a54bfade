/** How are times, shares and names written for people? Digits are grouped by NO_BREAK, which layout keeps together and prints as a space. */
import { NS_PER_MS, NS_PER_S, printable } from "../base/index.ts";
import type { Culprit, ThreadRef } from "../result/index.ts";

export const NO_BREAK = "\u00a0";

export function grouped(value: number, digits = 0): string {
  const [whole = "0", fraction] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, NO_BREAK) + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** Three figures are enough to act on: `1 203 ms`, `25.1 ms`, `3.42 ms`, `0.071 ms`; from 100 s on in seconds. */
export function formatMs(ns: number): string {
  const ms = Math.abs(ns) / NS_PER_MS;
  if (ms >= 100_000) return `${grouped(ns / NS_PER_S, 1)}${NO_BREAK}s`;
  const digits = ms >= 100 ? 0 : ms >= 10 ? 1 : ms >= 1 ? 2 : ms === 0 ? 0 : 3;
  return `${grouped(ns / NS_PER_MS, digits)}${NO_BREAK}ms`;
}

/** `8.0 MiB`, `640 KiB`. */
export function formatBytes(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return mib >= 1 ? `${grouped(mib, mib >= 100 ? 0 : 1)}${NO_BREAK}MiB` : `${grouped(bytes / 1024, 0)}${NO_BREAK}KiB`;
}

/** A difference: `+41.2 ms`, `-3.10 ms`, `0 ms`. */
export const formatSignedMs = (ns: number): string => `${ns > 0 ? "+" : ""}${formatMs(ns)}`;

/** Two figures, after "p": `= 0.0079`; what is smaller than anybody needs is `< 0.0001`. */
export function formatP(pValue: number): string {
  if (pValue < 0.0001) return `<${NO_BREAK}0.0001`;
  const digits = pValue >= 0.995 ? 0 : pValue >= 0.1 ? 2 : pValue >= 0.01 ? 3 : 4;
  return `=${NO_BREAK}${pValue.toFixed(digits)}`;
}

/** `79 %`; below one percent `0.4 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && Math.abs(percent) < 0.95 ? percent.toFixed(1) : percent.toFixed(0)}${NO_BREAK}%`;
}

/** Place in the request, to the microsecond: `+412.331 ms`. */
export function formatOffset(ns: number): string {
  return `${ns < 0 ? "-" : "+"}${grouped(Math.abs(ns) / NS_PER_MS, 3)}${NO_BREAK}ms`;
}

/** `comm[pid/tid]`, what is unknown left out. */
export function formatThread(thread: Partial<ThreadRef> | Culprit): string | undefined {
  const { comm, pid, tid } = thread;
  const known = [pid === undefined || pid < 0 ? undefined : pid, tid].filter((id) => id !== undefined);
  if (comm === undefined && known.length === 0) return undefined;
  return `${printable(comm ?? "?")}${known.length === 0 ? "" : `[${known.join("/")}]`}`;
}
