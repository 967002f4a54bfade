// Is everything installed and built? Does what is missing, and nothing (silently) when nothing changed.
// Content decides, not time stamps: a clone, a branch switch and a copied folder all work.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filesBelow, root } from "./lib/project.js";

/** string.toWellFormed(), array.toSorted() and import attributes, all used here, are in 20.19. */
const OLDEST_NODE = [20, 19];
const INSTALL_STAMP = "node_modules/.stallscope-lock";
const BUILD_STAMP = "dist/.sources";
/** of what a failed program said; npm and esbuild put the reason last */
const SHOWN_LINES = 12;

/** One sentence for the user, and the exit code of a missing environment. */
export class SetupError extends Error {}

/** Throws SetupError. `folder` is for tests. */
export function setUp(folder = root) {
  checkNode(process.versions.node);
  ensureInstalled(folder);
  ensureBuilt(folder);
}

export function checkNode(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(`this is Node ${version}, but Stallscope needs ${OLDEST_NODE.join(".")} or newer (24 is a good choice): https://nodejs.org`);
}

export function ensureInstalled(folder = root) {
  const lock = hashOf(folder, ["package-lock.json"]);
  if (stampOf(folder, INSTALL_STAMP) === lock) return;
  if (!isInstalledByHand(folder)) {
    say("installing what package-lock.json lists (npm ci); this is done once");
    run("npm", ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], folder, (code) =>
      code === "ENOENT"
        ? "npm is not installed, but it is needed once to install what package-lock.json lists"
        : "`npm ci` failed, so what package-lock.json lists is not installed; is the package registry reachable? npm said",
    );
  }
  writeFileSync(join(folder, INSTALL_STAMP), lock);
}

export function ensureBuilt(folder = root) {
  const sources = hashOf(folder, [
    ...filesBelow("src", folder).filter((file) => !/\.test\.ts$|README\.md$/.test(file)),
    "scripts/build.js",
    "scripts/entries.js",
    "package.json",
    "package-lock.json",
  ]);
  if (stampOf(folder, BUILD_STAMP) === sources && existsSync(join(folder, "dist/cli.mjs"))) return;
  say("building dist/");
  run(process.execPath, ["scripts/build.js"], folder, () => "the build failed (node scripts/build.js); it said");
  writeFileSync(join(folder, BUILD_STAMP), sources);
}

/** Somebody ran npm themselves: what npm says it installed has every package of the lock file that this machine needs. */
function isInstalledByHand(folder) {
  const installed = readJson(join(folder, "node_modules/.package-lock.json"))?.packages;
  const wanted = readJson(join(folder, "package-lock.json"))?.packages;
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => path === "" || entry.optional === true || installed[path]?.version === entry.version);
}

function hashOf(folder, files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(folder, file);
    hash.update(`${file}\0`);
    if (existsSync(path)) hash.update(readFileSync(path));
    hash.update("\0");
  }
  return hash.digest("hex");
}

function stampOf(folder, stamp) {
  const path = join(folder, stamp);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function run(program, args, cwd, explain) {
  const done = spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (done.status === 0) return;
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}`
    .trimEnd()
    .split("\n")
    .slice(-SHOWN_LINES)
    .map((line) => `\n  ${line}`)
    .join("");
  const because =
    done.error === undefined
      ? done.signal === null
        ? said
        : `\n  nothing; it was ended by ${done.signal}`
      : done.error.code === "ENOENT"
        ? ""
        : `\n  ${done.error.message}`;
  throw new SetupError(`${explain(done.error?.code)}${because === "" ? "" : ":"}${because}`);
}

const say = (text) => process.stderr.write(`setup: ${text}\n`);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 3;
  }
}
