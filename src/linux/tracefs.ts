/** Where is tracefs, and may we use it? The root path is a parameter everywhere; only private instances are ever written. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { EXIT, UserError } from "../base/index.ts";

/** include/uapi/linux/magic.h */
const TRACEFS_MAGIC = 0x74726163;
export const TRACEFS_PATHS = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] as const;
export const MOUNT_COMMAND = "mount -t tracefs nodev /sys/kernel/tracing";

export type TracefsState =
  | { readonly kind: "ok"; readonly root: string }
  | {
      readonly kind: "not-mounted" | "not-in-kernel" | "no-permission" | "lockdown" | "read-only" | "no-instances";
      readonly root: string;
      readonly detail: string;
    };

/** Reads and checks, changes nothing. */
export function tracefsState(root?: string): TracefsState {
  const candidates = root === undefined ? TRACEFS_PATHS : [root];
  const found = candidates.find((path) => existsSync(join(path, "trace_clock")));
  const path = found ?? (candidates[0] as string);
  const locked = lockdownLevel() === "confidentiality";
  if (found === undefined) {
    if (root === undefined && !readText("/proc/filesystems").includes("tracefs"))
      return { kind: "not-in-kernel", root: path, detail: "this kernel was built without tracing (CONFIG_TRACING)" };
    if (existsSync(path) && isTracefs(path))
      return {
        kind: locked ? "lockdown" : "no-permission",
        root: path,
        detail: locked ? "kernel lockdown is at level confidentiality" : "only root may read it",
      };
    return { kind: "not-mounted", root: path, detail: `nothing is mounted at ${path}` };
  }
  try {
    readFileSync(join(found, "trace_clock"));
  } catch (error) {
    return { kind: locked ? "lockdown" : "no-permission", root: found, detail: errorCode(error) };
  }
  if (!existsSync(join(found, "instances")))
    return { kind: "no-instances", root: found, detail: "this kernel has no private instances (Linux 3.10 or newer is needed)" };
  try {
    accessSync(join(found, "instances"), constants.W_OK);
  } catch (error) {
    return errorCode(error) === "EROFS"
      ? { kind: "read-only", root: found, detail: "it is mounted read-only" }
      : { kind: "no-permission", root: found, detail: errorCode(error) };
  }
  return locked ? { kind: "lockdown", root: found, detail: "kernel lockdown is at level confidentiality" } : { kind: "ok", root: found };
}

/** `none`, `integrity`, `confidentiality`, or undefined when the kernel does not say. */
export function lockdownLevel(): string | undefined {
  return /\[(\w+)\]/.exec(readText("/sys/kernel/security/lockdown"))?.[1];
}

const HINTS: Readonly<Record<Exclude<TracefsState["kind"], "ok">, string>> = {
  "not-mounted": `${MOUNT_COMMAND}, or run with --mount`,
  "not-in-kernel": "a kernel built with CONFIG_TRACING, CONFIG_FTRACE and CONFIG_EVENT_TRACING",
  "no-permission": "run as root (sudo stallscope ...)",
  lockdown: "boot without lockdown=confidentiality; level integrity is fine",
  "read-only": "mount -o remount,rw /sys/kernel/tracing",
  "no-instances": "a newer kernel",
};

/** The tracefs to use. `mount` mounts it when nothing is there and we may. Throws UserError saying what is missing. */
export function locateTracefs(options: { root?: string; mount?: boolean } = {}): Tracefs {
  let state = tracefsState(options.root);
  if (state.kind === "not-mounted" && options.mount === true) {
    const mounted = spawnSync("/bin/mount", ["-t", "tracefs", "nodev", state.root], { env: {}, stdio: ["ignore", "ignore", "pipe"] });
    if (mounted.status === 0) state = tracefsState(options.root);
  }
  if (state.kind === "ok") return new Tracefs(state.root);
  throw new UserError(`tracefs-${state.kind}`, `tracefs cannot be used: ${state.detail}`, { exitCode: EXIT.environment, hint: HINTS[state.kind] });
}

export class Tracefs {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  read(relative: string): string {
    return readFileSync(this.path(relative), "utf8");
  }

  exists(relative: string): boolean {
    return existsSync(this.path(relative));
  }

  list(relative: string): string[] {
    try {
      return readdirSync(this.path(relative)).sort();
    } catch {
      return [];
    }
  }

  instances(): string[] {
    return this.list("instances");
  }

  /** Throws UserError when somebody has one of that name or the kernel refuses. */
  makeInstance(name: string): string {
    const path = this.path("instances", name);
    try {
      mkdirSync(path);
    } catch (cause) {
      const code = errorCode(cause);
      const why =
        code === "EEXIST"
          ? "one of that name exists"
          : code === "ENOMEM"
            ? "the kernel has no memory for its buffers"
            : code === "EINVAL" || code === "EPERM"
              ? "kernel lockdown or permissions forbid it"
              : code;
      throw new UserError("instance-refused", `the private tracefs instance ${name} could not be made: ${why}`, { exitCode: EXIT.environment, cause });
    }
    return path;
  }

  removeInstance(name: string): void {
    rmdirSync(this.path("instances", name));
  }
}

function isTracefs(path: string): boolean {
  try {
    return statfsSync(path).type === TRACEFS_MAGIC;
  } catch {
    return false;
  }
}

export const errorCode = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";

/** The file's text, or "" when it is not there or not readable. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
