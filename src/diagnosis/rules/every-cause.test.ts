/** What holds for all rules together: each cause has one, each is tested with its group, each remedy can be given. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { diagnose, request } from "../../../test/support/request-scene.ts";
import { CAPABILITY_IDS } from "../../linux/index.ts";
import { CAUSE_GROUPS, CAUSE_IDS } from "../../result/index.ts";
import { EVENT_SPECS } from "../../trace/index.ts";
import { captureNeeds } from "../capture-needs.ts";
import { REMEDIES } from "../remedies.ts";
import { RULES } from "./index.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const tests = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(FOLDER + name, "utf8"));

describe("every cause", () => {
  it("has one rule, and the registry has no other", () => {
    expect(RULES.map(({ id }) => id).sort()).toEqual([...CAUSE_IDS].sort());
  });
  // describeCauses demands of a group that all of its causes have scenes
  it.each(Object.keys(CAUSE_GROUPS))("of %s is tested with its group", (group) => {
    expect(tests.filter((text) => text.includes(`describeCauses("${group}", {`))).toHaveLength(1);
  });
  it.each(RULES)("$id reads events that are decoded and captured, and hardware that the host is asked for", (rule) => {
    const decoded = new Set(EVENT_SPECS.map(({ system, name }) => `${system}:${name}`));
    const captured = captureNeeds();
    const all = new Set([...captured.wide, ...captured.deep]);
    for (const event of [rule.needs, rule.optional].flatMap(({ wide, deep }) => [...wide, ...deep])) {
      expect(all).toContain(event);
      expect(decoded).toContain(event);
    }
    expect(CAPABILITY_IDS).toEqual(expect.arrayContaining([...rule.hardware]));
  });
  it.each(RULES)("$id says by which signs it is found, what it is not, and after whom", ({ doc }) => {
    expect(doc.signature).toMatch(/^[A-Z].*\.$/);
    expect(doc.notThis).toMatch(/^[A-Z].*\.$/);
    expect(doc.sources.length).toBeGreaterThan(0);
    for (const id of doc.remedies) expect(Object.keys(REMEDIES)).toContain(id);
  });
  it("names only causes that exist where it says which other one it is", () => {
    for (const { id, doc } of RULES) {
      for (const [, name] of doc.notThis.matchAll(/\(([a-z]+-[a-z-]+)[,)]/g)) expect(CAUSE_IDS, `${id} names ${name}`).toContain(name);
    }
  });
  it("is spoken of in each result, found or not", () => {
    const result = diagnose({ scene: request(60_000, [], (drawn) => drawn), end: 60_000 });
    expect(result.diagnoses.map(({ cause }) => cause).sort()).toEqual([...CAUSE_IDS].sort());
    expect(result.diagnoses.filter(({ status }) => status === "failed")).toEqual([]);
  });
  it("documents remedies that exist, and each remedy is documented by a cause", () => {
    expect([...new Set(RULES.flatMap(({ doc }) => doc.remedies))].sort()).toEqual(Object.keys(REMEDIES).sort());
  });
});
