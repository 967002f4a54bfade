/** For tests: a machine made of folders, so that kernels and cgroup layouts other than this one's can be read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface FakeMachine {
  readonly root: string;
  readonly procRoot: string;
  readonly sysRoot: string;
  /** path relative to the root */
  file(path: string, text: string): void;
  link(path: string, target: string): void;
  process(pid: number, options?: FakeProcess): void;
  remove(): void;
}

export interface FakeProcess {
  readonly comm?: string;
  readonly argv?: readonly string[];
  readonly parent?: number;
  readonly flags?: number;
  readonly state?: string;
  readonly startTime?: number;
  readonly threads?: Readonly<Record<number, string>>;
  readonly fds?: Readonly<Record<number, string>>;
  readonly cgroup?: string;
}

export function statLine(pid: number, { comm = "service", state = "S", parent = 1, flags = 0x400000, startTime = 1000 }: FakeProcess = {}): string {
  const after = [
    state,
    parent,
    pid,
    pid,
    0,
    -1,
    flags,
    102,
    0,
    0,
    0,
    1,
    2,
    0,
    0,
    20,
    0,
    1,
    0,
    startTime,
    3133440,
    415,
    "18446744073709551615",
    ...Array.from({ length: 12 }, () => 0),
    0,
    17,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return `${pid} (${comm}) ${after.join(" ")}\n`;
}

export function fakeMachine(): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), "stallscope-machine-"));
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };
  file("proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n");
  return {
    root,
    procRoot: join(root, "proc"),
    sysRoot: join(root, "sys"),
    file,
    link,
    process(pid, options = {}) {
      const { comm = "service", argv = [], threads = { [pid]: comm }, fds = {}, cgroup } = options;
      file(`proc/${pid}/stat`, statLine(pid, options));
      file(`proc/${pid}/status`, `Name:\t${comm.replaceAll("\n", "\\n")}\nTgid:\t${pid}\nPid:\t${pid}\nCpus_allowed_list:\t0-1\n`);
      file(`proc/${pid}/cmdline`, argv.map((part) => `${part}\0`).join(""));
      for (const [tid, name] of Object.entries(threads)) {
        file(`proc/${pid}/task/${tid}/comm`, `${name}\n`);
        file(`proc/${pid}/task/${tid}/schedstat`, `${tid}000 500 3\n`);
      }
      for (const [fd, target] of Object.entries(fds)) link(`proc/${pid}/fd/${fd}`, target);
      if (cgroup !== undefined) file(`proc/${pid}/cgroup`, cgroup);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
