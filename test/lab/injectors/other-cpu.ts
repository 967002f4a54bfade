/** Where does a helper run so that it is not itself in the service's way? */
import { availableParallelism } from "node:os";
import { CannotInject } from "../types.ts";

export function otherCpu(cpu: number): number {
  const other = [...Array(availableParallelism()).keys()].find((candidate) => candidate !== cpu);
  if (other === undefined) throw new CannotInject("this host has one CPU, so whoever disturbs the service would take that from it, too");
  return other;
}
