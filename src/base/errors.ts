/** How does the user learn what went wrong? One clear sentence, a hint, an exit code; never a stack trace. */

/** Exit codes of the command, documented in README.md. A program that calls us may rely on them. */
export const EXIT = {
  ok: 0,
  /** a finding above the `--fail-on` threshold, or a regression */
  gate: 1,
  usage: 2,
  /** not root, no tracefs, target not found, port closed, busy ... */
  environment: 3,
  /** a file that cannot be read as a trace or bundle */
  input: 4,
  inconclusive: 5,
  bug: 70,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Environment or usage: `message` is one sentence saying what and where; `hint` says what to do. Catalogued by `code`. */
export class UserError extends Error {
  override name = "UserError";
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { exitCode: ExitCode; hint?: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** Input that is not what it claims to be. `offset` is the byte in the file, when known. */
export class ImportError extends UserError {
  override name = "ImportError";
  readonly offset: number | undefined;

  constructor(code: string, message: string, where: { file?: string; offset?: number; hint?: string; cause?: unknown } = {}) {
    const place = [where.file, where.offset === undefined ? undefined : `offset ${where.offset}`].filter((part) => part !== undefined);
    super(code, place.length === 0 ? message : `${message} (${place.join(", ")})`, {
      exitCode: EXIT.input,
      ...(where.hint === undefined ? {} : { hint: where.hint }),
      ...(where.cause === undefined ? {} : { cause: where.cause }),
    });
    this.offset = where.offset;
  }
}
