/**
 * What of a recording survives as trace text? Everything that the analysis reads, but for the following, which the text does not hold:
 *
 * - the name of the clock, the kernel's release, events' systems, processes of threads (the text has no tgid column);
 * - names of threads that no record carries, and a thread's earlier name where its records carry the later one;
 * - raw flags: the latency column has fewer letters than there are bits; which buffer a record or a loss is of;
 * - the number of CPUs, when the last ones recorded nothing;
 * - addresses that are shown as symbols, and what the print fmt does not show: `losses` names these columns;
 * - control characters in names and markers, which become \x0a and the like.
 *
 * Times have nine digits and survive.
 */
import { EVENT_SPECS, type EventTable, type Trace } from "../../src/trace/index.ts";
import { printable } from "../../src/base/index.ts";
import { sortedCounts } from "./trace-dump.ts";

/** Kinds whose values are numbers that text shows as they are, or names. */
const COMPARED: ReadonlySet<string> = new Set(["i32", "u32", "i16", "u16", "tid", "f64", "string", "time", "args6"]);
const KINDS = new Map(EVENT_SPECS.map(({ name, fields }) => [name, fields]));

export interface Comparison {
  /** undefined = the same */
  readonly difference: string | undefined;
  /** `event.field` that the text has no value for */
  readonly losses: readonly string[];
}

export function compareWithText(original: Trace, text: Trace): Comparison {
  const losses = new Set<string>();
  const head = ({ clock, begin, end, lost, ...trace }: Trace): string => {
    const losses = lost.map(({ cpu, count }) => `CPU ${cpu} ${count ?? "some"}`).sort();
    // of how many CPUs a text is, it does not say
    const counts = sortedCounts({ clock, begin, end, lost, ...trace }).map((line) => line.replace(/( 0)+$/, ""));
    return [`from ${clock.base + BigInt(begin)} to ${clock.base + BigInt(end)}`, `losses: ${losses.join(", ")}`, ...counts].join("\n");
  };
  if (head(original) !== head(text)) return { difference: `${head(original)}\nand as text\n${head(text)}`, losses: [] };
  for (const [name, table] of original.tables) {
    const other = text.tables.get(name);
    if (other === undefined) {
      losses.add(name);
      continue;
    }
    if (other.length !== table.length) return { difference: `${name}: ${table.length} rows, ${other.length} as text`, losses: [...losses] };
    const difference = differentRow(original, table, text, other, losses);
    if (difference !== undefined) return { difference, losses: [...losses] };
  }
  return { difference: undefined, losses: [...losses].sort() };
}

function differentRow(original: Trace, table: EventTable, text: Trace, other: EventTable, losses: Set<string>): string | undefined {
  // TimeNs 0 need not be the first event
  const shift = Number(text.clock.base - original.clock.base);
  for (let row = 0; row < table.length; row++) {
    for (const column of ["time", "cpu", "tid"] as const)
      if (table[column][row] !== (other[column][row] as number) + (column === "time" ? shift : 0))
        return `${table.name} row ${row}: ${column} ${table[column][row]}, ${other[column][row]} as text`;
  }
  for (const [field, values] of Object.entries(table.fields)) {
    const kind = KINDS.get(table.name)?.[field] ?? "f64";
    const others = other.fields[field];
    if (others === undefined || !COMPARED.has(kind)) {
      losses.add(`${table.name}.${field}`);
      continue;
    }
    for (let row = 0; row < table.length; row++) {
      const [ours, theirs] = [values[row] as number, others[row] as number];
      const isSame =
        kind === "string"
          ? withoutEnd(printable(original.strings.get(ours))) === withoutEnd(printable(text.strings.get(theirs)))
          : ours === theirs + (kind === "time" ? shift : 0);
      if (!isSame) {
        // irq_handler_exit says handled for more than one number
        if (field === "ret" && table.name === "irq_handler_exit" && ours > 0 && theirs > 0) continue;
        const shown = (trace: Trace, value: number): string => (kind === "string" ? JSON.stringify(trace.strings.get(value)) : String(value));
        return `${table.name} row ${row}: ${field} ${shown(original, ours)}, ${shown(text, theirs)} as text`;
      }
    }
  }
  return undefined;
}

/** A marker's last newline is the line's. */
const withoutEnd = (text: string): string => text.replace(/(\\x0a|\n)+$/, "");
