/** What may a process be called in a report? The program and, for interpreters, the script: never another argument, which may be a secret. */
import { basename } from "node:path";

interface Interpreter {
  readonly program: RegExp;
  /** options that are followed by a value which is not the script */
  readonly valued: readonly string[];
  /** options that are followed by code or make the rest something other than a script: no script then */
  readonly code: readonly string[];
  /** option that is followed by what runs, and how that is shown */
  readonly runs?: { readonly option: string; readonly shown: (value: string) => string };
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    program: /^(python|pypy)[\d.]*$/,
    valued: ["-W", "-X", "-Q", "--check-hash-based-pycs"],
    code: ["-c", "-"],
    runs: { option: "-m", shown: (name) => `-m ${name}` },
  },
  {
    program: /^(node|nodejs|bun|deno)$/,
    valued: ["-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "--conditions", "-C", "--title", "--input-type"],
    code: ["-e", "--eval", "-p", "--print", "-pe", "-"],
  },
  { program: /^ruby[\d.]*$/, valued: ["-r", "-I", "-C", "-E"], code: ["-e", "-"] },
  { program: /^perl[\d.]*$/, valued: ["-I", "-M"], code: ["-e", "-E", "-"] },
  { program: /^php[\d.]*$/, valued: ["-d", "-c"], code: ["-r", "-B", "-R", "-"] },
  { program: /^(ba|da|z|k|a)?sh$/, valued: ["-o", "-O", "+o", "+O", "--rcfile", "--init-file"], code: ["-c", "-s", "-"] },
  {
    program: /^java$/,
    valued: [
      "-cp",
      "-classpath",
      "--class-path",
      "-p",
      "--module-path",
      "--upgrade-module-path",
      "--add-modules",
      "--enable-native-access",
      "--source",
      "--add-opens",
      "--add-exports",
      "--add-reads",
    ],
    code: [],
    runs: { option: "-jar", shown: basename },
  },
];

/** A path of a program, a module or class name, but no bare number (`/dev/fd/3`). Anything else in a script's place is not shown. */
const SAFE = /^(?!(?:.*\/)?\d+$)[^\s:=@?&]+$/;

/** Program and script by the argument list. A lone `argv[0]` with spaces is a title that the program gave itself (nginx, gunicorn): its first word counts. */
export function programOf(argv: readonly string[]): { readonly program: string; readonly script: string | undefined } {
  const first = argv[0] ?? "";
  const isTitle = argv.length === 1 && /[\s:]/.test(first);
  // a login shell is called -bash
  const program = basename(isTitle ? (first.split(/[\s:]/, 1)[0] ?? "") : first).replace(/^-/, "");
  const interpreter = INTERPRETERS.find((candidate) => candidate.program.test(program));
  return { program, script: interpreter === undefined ? undefined : scriptOf(argv, interpreter) };
}

function scriptOf(argv: readonly string[], { valued, code, runs }: Interpreter): string | undefined {
  for (let index = 1; index < argv.length; index++) {
    const argument = argv[index] as string;
    if (runs !== undefined && argument === runs.option) return safe(argv[index + 1], runs.shown);
    if (runs?.option.length === 2 && argument.startsWith(runs.option)) return safe(argument.slice(2), runs.shown);
    if (valued.includes(argument)) index++;
    else if (code.includes(argument) || hasCodeLetter(argument, code)) return undefined;
    else if (argument === "--") return safe(argv[index + 1], basename);
    else if (!/^[-+]/.test(argument)) return safe(argument, basename);
  }
  return undefined;
}

/** `bash -ec CODE`, `python -cCODE`: better no script than a piece of code. */
const hasCodeLetter = (argument: string, code: readonly string[]): boolean =>
  /^-[^-]/.test(argument) && code.some((option) => /^-[a-zA-Z]$/.test(option) && argument.includes(option.charAt(1)));

const safe = (value: string | undefined, shown: (value: string) => string): string | undefined =>
  value !== undefined && SAFE.test(value) ? shown(value) : undefined;

/** e.g. `python3 webui.py`, `python3 -m uvicorn`, `java server.jar`, `nginx`; the comm when there is no argument list. */
export function displayName(argv: readonly string[], comm: string): string {
  const { program, script } = programOf(argv);
  if (program === "") return comm;
  return script === undefined ? program : `${program} ${script}`;
}
