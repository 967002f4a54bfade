/** How is a fault inside one request asked for, and what would it have cost undisturbed? */
import { CannotInject, type FaultReport, type LabService } from "../types.ts";

export function requireFault(service: LabService, name: string): void {
  if (!service.faults.includes(name)) throw new CannotInject(`${service.name} cannot ${name} inside a request`);
}

export const spanOf = ({ begin, end }: FaultReport): number => end - begin;

/** CLOCK_MONOTONIC ns */
export const now = (): number => Number(process.hrtime.bigint());

/** How much of [from, to] lies in [begin, end]? */
export const overlap = (from: number, to: number, begin: number, end: number): number => Math.max(0, Math.min(to, end) - Math.max(from, begin));

/** Runs all, in order, whatever fails; then throws what failed first. */
export async function undoAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
