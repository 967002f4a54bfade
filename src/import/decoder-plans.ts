/** Which records of this file are decoded, and how? One plan per event id that the analysis reads; all names, for counting. */
import { EVENT_SPECS } from "../trace/index.ts";
import { parseEventFormat, type EventFormat } from "./event-format.ts";
import type { ProblemList } from "./problem-list.ts";
import { commonOffsets, makeDecoder, minimumSize, type DecodeRecords } from "./record-decoder.ts";
import { columnsOf, namingsOf, type DecodedColumn } from "./table-builder.ts";

export interface EventPlan {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly DecodedColumn[];
  /** fields that are the table's `tid` */
  readonly tidFields: readonly string[];
  readonly decode: DecodeRecords;
  /** shorter records are skipped */
  readonly minimum: number;
}

export interface EventPlans {
  /** event id -> name, decoded or not */
  readonly names: ReadonlyMap<number, string>;
  /** above every id that has a name */
  readonly idLimit: number;
  /** format of sched_switch, when the recording has it */
  readonly schedSwitch: EventFormat | undefined;
  /** by event id */
  readonly plans: readonly (EventPlan | undefined)[];
}

export function planEvents(
  formats: readonly { readonly system: string; readonly text: string }[],
  machine: { longSize: 4 | 8; little: boolean },
  options: { codeGeneration: boolean; only?: ReadonlySet<string> },
  problems: ProblemList,
): EventPlans {
  const specs = new Map(EVENT_SPECS.map((spec) => [`${spec.system}:${spec.name}`, spec]));
  const names = new Map<number, string>();
  const plans: (EventPlan | undefined)[] = [];
  let schedSwitch: EventFormat | undefined;
  for (const { system, text } of formats) {
    let format: EventFormat;
    try {
      format = parseEventFormat(text);
    } catch (error) {
      problems.add({ code: "bad-format", message: error instanceof Error ? error.message : String(error) });
      continue;
    }
    names.set(format.id, format.name);
    if (format.name === "sched_switch") schedSwitch = format;
    const spec = specs.get(`${system}:${format.name}`);
    if (spec === undefined || options.only?.has(spec.name) === false) continue;
    const plan = {
      columns: columnsOf(spec, format, machine.longSize),
      namings: namingsOf(spec, format),
      common: commonOffsets(format),
      little: machine.little,
    };
    plans[format.id] = {
      id: format.id,
      name: format.name,
      columns: plan.columns,
      tidFields: Object.keys(spec.fields).filter((field) => spec.fields[field] === "tid" && format.fields.some(({ name }) => name === field)),
      decode: makeDecoder(plan, options),
      minimum: minimumSize(plan),
    };
  }
  const idLimit = [...names.keys()].reduce((limit, id) => Math.max(limit, id + 1), 0);
  return { names, plans, idLimit, schedSwitch };
}
