import { describe, expect, it } from "vitest";
import { CAUSE_IDS, CLASSES, CULPRIT_KINDS } from "../result/index.ts";
import { fill, message, parameterNames } from "./message.ts";
import { en, type MessageKey } from "./messages.ts";
import { zh } from "./messages-zh.ts";

const keys = Object.keys(en) as MessageKey[];

describe("the catalogue", () => {
  it("has a title and a clause for every cause of the contract, and no other", () => {
    const named = keys.filter((key) => /^cause\..*\.title$/.test(key)).map((key) => key.split(".")[1]);
    expect(named.sort()).toEqual([...CAUSE_IDS].sort());
    for (const id of CAUSE_IDS) expect(en[`cause.${id}.clause`]).toContain("{cost}");
  });

  it("has words for every class and culprit kind", () => {
    for (const name of CLASSES) expect(en).toHaveProperty([`class.${name}`]);
    for (const kind of CULPRIT_KINDS) expect(en).toHaveProperty([`culprit.${kind}.noun`]);
  });

  it.each(keys)("%s: Chinese is there and uses the parameters of English", (key) => {
    expect(zh[key].trim()).not.toBe("");
    expect(parameterNames(zh[key]).sort()).toEqual(parameterNames(en[key]).sort());
    expect([...zh[key]].filter((c) => c === "[").length).toBe([...en[key]].filter((c) => c === "[").length);
  });

  it("has no Chinese key that English lacks", () => {
    expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  });
});

describe("fill", () => {
  it("drops optional text whose parameter is not known and shows a gap elsewhere", () => {
    expect(fill("quota[ ({detail})] of {who}", {})).toBe("quota of ?");
    expect(fill("quota[ ({detail})] of {who}", { detail: "10 ms", who: "a" })).toBe("quota (10 ms) of a");
  });

  it("never reads a parameter as a template, and makes it printable", () => {
    expect(fill("by {who}[ in {fn}]", { who: "{fn}[x]", fn: "\u001b[31m" })).toBe("by {fn}[x] in \\x1b[31m");
  });

  it("speaks both languages", () => {
    expect(message("en", "account.title")).not.toBe(message("zh", "account.title"));
  });
});
