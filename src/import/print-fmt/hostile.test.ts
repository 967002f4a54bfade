import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventFormat } from "../event-format.ts";
import { KERNEL, lay } from "./fixtures.ts";
import { compilePrintFmt } from "./print-fmt.ts";

const FIELDS = { "u32 a": 5, "__data_loc char[] s": "text", "u64 b[2]": [1, 2] } as const;

/** Never throws; gives the text and how long it took. */
function run(printFmt: string): { text: string; problem: string | undefined; ms: number } {
  const { format, record } = lay(FIELDS, printFmt);
  const begin = performance.now();
  const { text, problem } = compilePrintFmt(format, KERNEL);
  return { text: text(record), problem, ms: performance.now() - begin };
}

const FALLBACK = "a=5 s=text b={0x1,0x2}";

describe("hostile print fmts", () => {
  it.each<[string, string]>([
    ["nothing", ""],
    ["no string", "REC->a"],
    ["a string that does not end", '"%d'],
    ["a character that C does not have", '"%d", @'],
    ["a field that is not there", '"%d", REC->zzz'],
    ["REC alone", '"%d", REC'],
    ["an expression that ends", '"%d", (1 +'],
    ["a helper without arguments", '"%s", __print_flags()'],
    ["a helper of no field", '"%s", __get_str(zzz)'],
    ["texts as numbers", '"%d", "a" + "b"'],
    ["statements that do more than name values", '"%s", ({ static const char *x[] = { "a" }; x[0]; })'],
    ["parentheses without end", `"%d", ${"(".repeat(50_000)}1${")".repeat(50_000)}`],
    ["signs without end", `"%d", ${"- ".repeat(15_000)}1`],
    ["casts without end", `"%d", ${"(int)".repeat(3_000)}1`],
    ["a chain without end", `"%d", ${"1+".repeat(9_000)}1`],
    ["conditions without end", `"%d", ${"1?".repeat(3_000)}1${":1".repeat(3_000)}`],
    ["indexes without end", `"%d", REC->b${"[0]".repeat(3_000)}`],
    [
      "variables that grow",
      `"%d", ({ int v0 = REC->a; ${Array.from({ length: 40 }, (_, index) => `int v${index + 1} = v${index} + v${index};`).join(" ")} v40; })`,
    ],
    ["a number without end", `"%d", ${"9".repeat(60_000)}`],
  ])("%s gives the fields", (_, printFmt) => {
    const { text, problem, ms } = run(printFmt);
    expect(problem).toBeDefined();
    expect(text).toBe(FALLBACK);
    expect(ms).toBeLessThan(1000);
  });

  it("keeps texts short, whatever widths and arrays ask for", () => {
    expect(run('"%999999999d", 1').text).toHaveLength(4096);
    expect(run('"%.999999999d", 1').text).toHaveLength(4096);
    expect(run('"%*d", 2147483647, 1').text).toHaveLength(4096);
    expect(run(`"${"%4096d".repeat(8_000)}", ${Array.from({ length: 2_000 }, () => "1").join(",")}`).text.length).toBeLessThanOrEqual(1 << 16);
    expect(run('"%s", __print_array(REC->b, 0xffffffff, 8)').text).toBe("{0x1,0x2}");
    expect(run('"%s", __print_hex(__get_dynamic_array(s), 0x7fffffff)').text).toBe("74 65 78 74 00");
    expect(run('"%*pbl", 2147483647, REC->b').text).toBe("0,65");
  });

  it("reads nothing outside of the record", () => {
    for (const printFmt of ['"%d", REC->b[-1]', '"%d", REC->b[2]', '"%d", REC->b[1000000000000]', '"%d", *(REC->b - 1000)', '"%d", ((u64 *)REC->b)[99]'])
      expect(Number(run(printFmt).text)).toBeGreaterThanOrEqual(0);
    const { format, record } = lay(FIELDS, '"%s", __get_str(s)');
    // the word of the location points behind the end, and at a length that the record does not have
    const word = format.fields.find((field) => field.name === "s")?.offset ?? 0;
    for (const value of [0xffffffff, 0x0001ffff, 0xffff0000, 0x00100000]) {
      record.view.setUint32(word, value, true);
      expect(() => compilePrintFmt(format, KERNEL).text(record)).not.toThrow();
    }
    // a record that ends in the middle of its fields
    expect(compilePrintFmt(format, KERNEL).text({ ...record, end: 10 })).toBe("");
  });

  it("never throws and never takes long for texts made of what print fmts are made of", () => {
    const word = fc.constantFrom(
      ...'REC-> REC->a REC->b REC->s a s ( ) { } [ ] , ; : ? + - * / % & | ^ ~ ! < > << >> == && || 0 1 0xffffffffffffffff -1 (u8) (void*) (int) sizeof sizeof( __print_flags( __print_symbolic( __get_str( __print_array( __print_hex( __get_dynamic_array( unknown( ({ }) int x = "a" "%s" NULL'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }),
        fc.constantFrom("%d", "%s", "%p", "%pS", "%pI4", "%*ph", "%*pbl", "%c", "%.*s", "%pU"),
        (words, conversion) => {
          const { ms } = run(`"${conversion}", ${words.join(" ")}`);
          expect(ms).toBeLessThan(500);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never throws for any record", () => {
    const { format } = lay(
      FIELDS,
      '"%s %d %llx %s %*ph %pI4 %s", __get_str(s), REC->a, REC->b[1], __print_array(REC->b, 2, 8), REC->a, REC->b, REC->b, __print_hex(__get_dynamic_array(s), REC->a)',
    );
    const { text, problem } = compilePrintFmt(format, KERNEL);
    expect(problem).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const copy = bytes.slice();
        expect(typeof text({ bytes: copy, view: new DataView(copy.buffer), little: true, at: 0, end: copy.length })).toBe("string");
      }),
    );
  });

  it("parses formats of any text", () => {
    const begin = performance.now();
    for (const line of [
      `\tfield:${"[".repeat(1 << 20)};\toffset:0;\tsize:1;`,
      `\tfield:${"a ".repeat(1 << 19)};\toffset:0;\tsize:1;`,
      "field:;".repeat(1 << 17),
      `\tfield:${";".repeat(1 << 20)}`,
    ])
      expect(parseEventFormat(`name: x\nID: 1\nformat:\n${line}\n\nprint fmt: "x"\n`).fields).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
