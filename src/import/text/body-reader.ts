/** Which template fits a body? The one that fitted last for this event is tried first, as long as they are all of one writer. */
import { matchTemplate, type BodyMatch, type BodyTemplate } from "./body-template.ts";
import { skipBlanks, trimEnd } from "./byte-text.ts";
import { compileEventBodies } from "./event-bodies.ts";
import type { RowCursor } from "./row-cursor.ts";

interface EventBody {
  readonly templates: readonly BodyTemplate[];
  last: number;
}

export class BodyReader {
  /** bytes that the last match's places are in */
  bytes: Uint8Array = new Uint8Array();
  readonly #events: ReadonlyMap<string, EventBody>;
  /** by id of the event's name; undefined = not looked up yet */
  readonly #byId: (EventBody | null | undefined)[] = [];

  constructor() {
    this.#events = new Map([...compileEventBodies()].map(([name, templates]) => [name, { templates, last: 0 }]));
  }

  get known(): ReadonlySet<string> {
    return new Set(this.#events.keys());
  }

  isKnown(id: number, name: () => string): boolean {
    return this.#of(id, name) !== null;
  }

  /** The template of the row's event that fits its line, else its line and the one behind it; undefined when none does. */
  read(row: RowCursor, name: () => string, match: BodyMatch): { template: BodyTemplate; usedExtra: boolean } | undefined {
    const event = this.#of(row.event, name);
    if (event === null) return undefined;
    const template = this.#first(event, row.bytes, row.textFrom, row.end, match);
    if (template !== undefined) return { template, usedExtra: false };
    if (row.extra.length === 0) return undefined;
    const joined = Buffer.from(row.text(), "utf8");
    const longer = this.#first(event, joined, 0, joined.length, match);
    return longer === undefined ? undefined : { template: longer, usedExtra: true };
  }

  /** A body may begin with the blank of a name; where it fits only without its blanks, they were padding. */
  #first(event: EventBody, bytes: Uint8Array, from: number, to: number, match: BodyMatch): BodyTemplate | undefined {
    this.bytes = bytes;
    const end = trimEnd(bytes, from, to);
    const start = skipBlanks(bytes, from, end);
    return this.#fitting(event, bytes, from, end, match) ?? (start === from ? undefined : this.#fitting(event, bytes, start, end, match));
  }

  #fitting(event: EventBody, bytes: Uint8Array, start: number, end: number, match: BodyMatch): BodyTemplate | undefined {
    const { templates } = event;
    const recent = templates[event.last] as BodyTemplate;
    if (matchTemplate(recent, bytes, start, end, match)) return recent;
    for (let index = 0; index < templates.length; index++) {
      const template = templates[index] as BodyTemplate;
      if (index === event.last || !matchTemplate(template, bytes, start, end, match)) continue;
      event.last = index;
      return template;
    }
    return undefined;
  }

  #of(id: number, name: () => string): EventBody | null {
    const known = this.#byId[id];
    if (known !== undefined) return known;
    const found = this.#events.get(name()) ?? null;
    this.#byId[id] = found;
    return found;
  }
}
