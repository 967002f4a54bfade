/** What must be known of the recording machine to show its records? */
import type { FormatField } from "../event-format.ts";
import type { KernelSymbols } from "../symbols.ts";
import type { Int } from "./integers.ts";

export interface KernelContext {
  readonly longSize: 4 | 8;
  readonly little: boolean;
  readonly symbols: KernelSymbols;
  /** Text that lies in the kernel's own memory, of printk_formats. */
  stringAt(address: Int): string | undefined;
  /** jiffies per second; undefined = not known: such times are shown in jiffies */
  readonly hz: number | undefined;
}

export interface CompileContext extends KernelContext {
  readonly fields: ReadonlyMap<string, FormatField>;
  /** expressions that may still be compiled: variables stand for trees, and trees of trees grow */
  readonly budget: { left: number };
}
