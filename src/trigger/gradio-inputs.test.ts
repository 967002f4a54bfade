import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import type { GradioEndpoint, GradioInput, GradioParameter } from "./gradio-api.ts";
import { buildInputs, type GradioFile } from "./gradio-inputs.ts";

const FILE = { properties: { path: {}, meta: { properties: { _type: { const: "gradio.FileData" } } } } };
function input(name: string, label: string, schema: Record<string, unknown>, more: Partial<GradioParameter> = {}): GradioInput {
  return { kind: "parameter", parameter: { name, label, schema, hasDefault: false, defaultValue: undefined, component: "", takesAnyValue: false, ...more } };
}
const preset = (defaultValue: unknown): Partial<GradioParameter> => ({ hasDefault: true, defaultValue });

/** The shape of IndexTTS' gen_single: a State in the middle, `*args` that only have a label. */
const ENDPOINT: GradioEndpoint = {
  name: "/gen",
  fnIndex: 3,
  isQueued: true,
  inputs: [
    input("emo", "Emotion control", { enum: ["Same voice", "Vectors"], type: "string" }, preset("Same voice")),
    input("prompt", "Voice", FILE),
    input("text", "Text", { type: "string" }),
    { kind: "hidden", value: null },
    input("ref", "Reference", { type: "array", items: FILE }),
    input("param_5", "top_p", { type: "number" }, preset(0.8)),
    input("param_6", "do_sample", { type: "boolean" }, preset(true)),
    input("param_7", "twice", { type: "string" }, preset("a")),
    input("param_8", "twice", { type: "string", enum: ["a"] }, { ...preset("a"), takesAnyValue: true }),
  ],
};
const build = (inputs: Record<string, unknown> | unknown[], files?: Map<string, GradioFile>): readonly unknown[] => buildInputs(ENDPOINT, inputs, files);
function refusal(step: () => unknown): string {
  try {
    step();
    return "accepted";
  } catch (error) {
    return error instanceof UserError && error.exitCode === 2 ? `${error.code}: ${error.message} / ${error.hint ?? ""}` : "not a usage error";
  }
}

describe("buildInputs", () => {
  it("maps names, labels and numbers, fills in defaults, and sends null for State and empty files", () => {
    expect(build({ text: "hi", top_p: "0.5", param_6: "false" })).toEqual(["Same voice", null, "hi", null, null, 0.5, false, "a", "a"]);
  });

  it("keeps labels of choices and takes an index for its label", () => {
    expect(build({ text: "", emo: "Vectors" })[0]).toBe("Vectors");
    expect(build({ text: "", emo: 1 })[0]).toBe("Vectors");
    expect(build({ text: "", param_8: "own" })[8]).toBe("own");
    expect(refusal(() => build({ text: "", emo: "angry" }))).toBe(
      'gradio-input-value: the input emo does not take "angry" / it takes: "Same voice", "Vectors"',
    );
    expect(refusal(() => build({ text: "", emo: 2 }))).toContain("gradio-input-value");
  });

  it("takes a list in order, with or without the hidden position", () => {
    expect(build(["Vectors", null, "hi"])).toEqual(["Vectors", null, "hi", null, null, 0.8, true, "a", "a"]);
    expect(build(["Vectors", null, "hi", "state", null, 1, true, "b", "c"])).toEqual(["Vectors", null, "hi", "state", null, 1, true, "b", "c"]);
    expect(refusal(() => build(Array.from({ length: 10 }, () => null)))).toContain("takes 8 inputs, 10 were given");
  });

  it("puts uploads where they belong, as a list where the component has one", () => {
    const file: GradioFile = { path: "/up/v.wav", orig_name: "v.wav", meta: { _type: "gradio.FileData" } };
    const data = build(
      { text: "hi" },
      new Map([
        ["Voice", file],
        ["ref", file],
      ]),
    );
    expect(data[1]).toEqual(file);
    expect(data[4]).toEqual([file]);
    expect(build({ text: "", prompt: "http://h/v.wav" })[1]).toMatchObject({ path: "http://h/v.wav" });
    expect(refusal(() => build({ text: "", prompt: "v.wav" }))).toContain("takes a file");
  });

  it("names the known inputs when one is unknown, ambiguous or missing", () => {
    const known =
      "emo (Emotion control), prompt (Voice)*, text (Text)*, ref (Reference)*, param_5 (top_p), param_6 (do_sample), param_7 (twice), param_8 (twice); * = no default";
    expect(refusal(() => build({ txt: "hi" }))).toBe(`gradio-input-unknown: /gen has no input txt / it has: ${known}`);
    expect(refusal(() => build({ text: "", twice: "b" }))).toContain("2 inputs labelled twice");
    expect(refusal(() => build({}))).toBe(`gradio-input-missing: /gen needs text (Text) / it has: ${known}`);
    for (const name of ["__proto__x", "constructor", "param_3", "param_99", ""]) expect(refusal(() => build({ [name]: 1 }))).toContain("gradio-input-unknown");
    expect(refusal(() => build({ text: "", top_p: "much" }))).toContain("takes a number");
    expect(refusal(() => build({ text: "", do_sample: "maybe" }))).toContain("takes true or false");
  });
});
