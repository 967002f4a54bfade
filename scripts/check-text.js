// Is there text in the project that must not be there? usage: node scripts/check-text.js
//   files above 400 lines without a reason at their top, addresses in package-lock.json, paths of somebody's machine
import { execFileSync } from "node:child_process";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { filesBelow, readText, root } from "./lib/project.js";

const MAX_LINES = 400;
/** The first lines say why a file is longer: "Longer than other files because ...". */
const REASON = /longer than|long because/i;
const REASON_LINES = 12;

const CODE = /\.(ts|js|mjs|py|sh|run)$|^\.ci\/run$/;
const TEXT = /\.(ts|js|mjs|cjs|json|md|py|sh|txt|yaml|yml|1|bash|zsh|fish)$|^\.ci\/run$|^\.npmrc$/;

/** Folders of one person's or one server's machine. /tmp/NAME: a fixed name there belongs to somebody else (use mkdtemp). */
const PLACES = /(?<![\w.~$}*-])\/(home|Users|root|opt|mnt|workspace)\/[\w.-]+|(?<![\w.~$}*-])\/tmp\/(?!stallscope)[\w.-]+/;
/** Documents and tests may show such a path as an example. */
const MAY_SHOW_PLACES = /\.md$|\.test\.(ts|js)$|\/(fixtures|test-support)[./]/;

export function textMistakes(files, read = readText, own = ownPlaces()) {
  return files
    .filter((file) => TEXT.test(file))
    .flatMap((file) => {
      const text = read(file);
      const lines = text.split("\n");
      const found = [];
      if (CODE.test(file) && lines.length - 1 > MAX_LINES && !REASON.test(lines.slice(0, REASON_LINES).join("\n"))) {
        found.push(`${file} has ${lines.length - 1} lines; carve it, or say in its first lines why it is longer than ${MAX_LINES}`);
      }
      if (file === "package-lock.json" && text.includes('"resolved":'))
        found.push("package-lock.json records download addresses; .npmrc (omit-lockfile-registry-resolved) leaves them out: npm install --package-lock-only");
      if (file === "scripts/check-text.js") return found;
      lines.forEach((line, index) => {
        const at = `${file}:${index + 1}`;
        for (const place of own) if (line.includes(place)) found.push(`${at}: ${place} is a name of this machine`);
        if (!MAY_SHOW_PLACES.test(file) && PLACES.test(line)) found.push(`${at}: ${PLACES.exec(line)[0]} is a path of somebody's machine`);
      });
      return found;
    });
}

/** Where this checkout is, who owns it, and where this machine gets its packages. */
function ownPlaces() {
  const parent = dirname(root);
  const common = ["/", "/tmp", "/home", "/root", "/srv", "/opt", "/usr/src", "/usr/local/src", "/var/tmp"];
  return [`${root}/`, ...(common.includes(parent) ? [] : [`${parent}/`]), ...(homedir() === "/root" ? [] : [`${homedir()}/`]), ...registryHosts()];
}

/** Hosts that npm and pip are set to on this machine, but not the public ones. */
function registryHosts() {
  const addresses = [process.env.PIP_INDEX_URL, process.env.npm_config_registry, npmRegistry()].filter(
    (address) => address !== undefined && URL.canParse(address),
  );
  return addresses.map((address) => new URL(address).host).filter((host) => !/^(registry\.npmjs\.org|pypi\.org|)$/.test(host));
}

function npmRegistry() {
  try {
    return execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const mistakes = textMistakes(filesBelow("."));
  for (const mistake of mistakes) process.stdout.write(`${mistake}\n`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
