import { describe, expect, it } from "vitest";
import { chooseVariants, type Choice } from "./choose.ts";
import type { Variant } from "./types.ts";
import { VARIANTS } from "./variants.ts";
import { SERVICES } from "./services/index.ts";

const variant = (id: string, cause: Variant["cause"], heldBack: boolean): Variant => ({
  id,
  service: id.split("/")[0] ?? "",
  cause,
  inject: undefined,
  heldBack,
});
const ALL = [variant("a/x", "cpu-rival", false), variant("a/y", "stopped", true), variant("b/x", "cpu-rival", true)];
const choose = (choice: Partial<Choice>): string[] =>
  chooseVariants(ALL, { variant: [], service: [], cause: [], half: "shown", ...choice }).map(({ id }) => id);

describe("chooseVariants", () => {
  it("plays a half", () => {
    expect(choose({})).toEqual(["a/x"]);
    expect(choose({ half: "held-back" })).toEqual(["a/y", "b/x"]);
    expect(choose({ half: "all" })).toEqual(["a/x", "a/y", "b/x"]);
  });

  it("adds up what is named, each once, within the half but for ids", () => {
    expect(choose({ half: "all", service: ["a"], cause: ["cpu-rival"] })).toEqual(["a/x", "a/y", "b/x"]);
    expect(choose({ variant: ["b/x"] })).toEqual(["b/x"]);
    expect(choose({ service: ["a"] })).toEqual(["a/x"]);
  });

  it("refuses what plays nothing", () => {
    expect(() => choose({ variant: ["a/z"] })).toThrow("--variant a/z");
    expect(() => choose({ service: ["b"] })).toThrow("--service b");
    expect(() => choose({ half: "both" })).toThrow("--half both");
  });
});

describe("the lab's variants", () => {
  const half = (heldBack: boolean): Variant[] => VARIANTS.filter((one) => one.heldBack === heldBack);

  it("have ids of their own and a service that exists", () => {
    expect(new Set(VARIANTS.map((one) => one.id)).size).toBe(VARIANTS.length);
    expect(VARIANTS.filter((one) => SERVICES[one.service] === undefined)).toEqual([]);
  });

  it("hold back at least two fifths, and no cause is only seen in the end", () => {
    expect(half(true).length).toBeGreaterThanOrEqual(VARIANTS.length * 0.4);
    const seen = new Set(half(false).map((one) => one.cause));
    expect(half(true).filter((one) => !seen.has(one.cause))).toEqual([]);
  });

  it("have a clean one of every service", () => {
    const clean = VARIANTS.filter((one) => one.cause === "none");
    expect(clean.map((one) => one.service).toSorted()).toEqual(Object.keys(SERVICES).toSorted());
    expect(clean.every((one) => one.inject === undefined)).toBe(true);
  });
});
