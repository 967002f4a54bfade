import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkNode } from "./setup.js";

const LOCK = { packages: { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/only-on-mac": { version: "1.0.0", optional: true } } };

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-setup-"));
  for (const path of ["scripts/lib", "src", "bin"]) mkdirSync(join(folder, path), { recursive: true });
  for (const path of ["scripts/setup.js", "scripts/lib/project.js"]) write(path, readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));
  write("package.json", '{ "type": "module" }');
  write("package-lock.json", JSON.stringify(LOCK));
  write("src/main.ts", "1");
  write("scripts/entries.js", "");
  write("scripts/build.js", 'import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist", { recursive: true }); writeFileSync("dist/cli.mjs", "");');
  npm('mkdir -p node_modules; echo "$@" >> npm-was-called');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path, text) => writeFileSync(join(folder, path), text);
function npm(script) {
  write("bin/npm", `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "bin/npm"), 0o755);
}
function setup(path = `${join(folder, "bin")}:/usr/bin:/bin`) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/setup.js"], { cwd: folder, encoding: "utf8", env: { PATH: path } });
  return { status, stdout, stderr };
}
const npmCalls = () => (existsSync(join(folder, "npm-was-called")) ? readFileSync(join(folder, "npm-was-called"), "utf8").trim().split("\n") : []);
const silence = { status: 0, stdout: "", stderr: "" };

describe("setup", () => {
  it("installs and builds a fresh clone, and then has nothing to do and nothing to say", () => {
    expect(setup()).toMatchObject({ status: 0, stdout: "", stderr: expect.stringMatching(/installing[^]*building/) });
    expect(npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts/)]);
    expect(existsSync(join(folder, "dist/cli.mjs"))).toBe(true);
    expect(setup()).toEqual(silence);
    expect(npmCalls()).toHaveLength(1);
  });

  it("builds again when a source changed, installs again when the lock file did, and ignores tests", () => {
    setup();
    write("src/main.test.ts", "1");
    expect(setup()).toEqual(silence);
    write("src/main.ts", "2");
    expect(setup().stderr).toBe("setup: building dist/\n");
    write("package-lock.json", JSON.stringify({ ...LOCK, version: "2" }));
    expect(setup().stderr).toMatch(/installing/);
    expect(npmCalls()).toHaveLength(2);
    rmSync(join(folder, "dist"), { recursive: true });
    expect(setup().stderr).toBe("setup: building dist/\n");
  });

  it("trusts an installation that somebody made with npm, but not one with another version", () => {
    mkdirSync(join(folder, "node_modules"));
    write("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }));
    setup();
    expect(npmCalls()).toEqual([]);
    rmSync(join(folder, "node_modules/.stallscope-lock"));
    write("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "0.9.0" } } }));
    setup();
    expect(npmCalls()).toHaveLength(1);
  });

  it("says in one sentence what went wrong, and starts over the next time", () => {
    npm('echo "npm error ETIMEDOUT" >&2; exit 1');
    expect(setup()).toMatchObject({ status: 3, stderr: expect.stringMatching(/`npm ci` failed.*registry[^]*ETIMEDOUT/) });
    expect(existsSync(join(folder, "node_modules/.stallscope-lock"))).toBe(false);
    rmSync(join(folder, "bin/npm"));
    expect(setup(join(folder, "bin"))).toMatchObject({ status: 3, stderr: expect.stringMatching(/npm is not installed/) });
    npm("mkdir -p node_modules");
    write("scripts/build.js", 'console.error("no such export"); process.exit(1)');
    expect(setup()).toMatchObject({ status: 3, stderr: expect.stringMatching(/the build failed[^]*no such export/) });
    expect(existsSync(join(folder, "dist/.sources"))).toBe(false);
  });

  it.each(["20.18.3", "18.20.0", "0.12.0"])("refuses Node %s", (version) => {
    expect(() => checkNode(version)).toThrow(`this is Node ${version}, but Stallscope needs 20.19 or newer`);
  });

  it.each(["20.19.0", "22.0.0", "24.1.0"])("takes Node %s", (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });
});
