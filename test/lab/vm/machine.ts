/** How is the virtual machine built and run? QEMU without KVM, bounded in time, gone with the one who started it. */
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, openSync, closeSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { watchHostWait } from "./host-wait.ts";
import type { Testbed } from "./requirements.ts";
import type { MachineSpec } from "./types.ts";

const QEMU = "/usr/bin/qemu-system-x86_64";
const CPUS = 2;
const SWAP_MB = 512;
/** Files on the drive by their size in MiB. */
const FILE_MIB = [1, 2, 3, 5, 8] as const;
/** `holes`, for a neighbour to read over and over: its pages cost memory and no I/O, whose threads would take the host's CPUs from the machine's. */
const HOLES_MIB = 512;
const FILES_MB = 64;
const MIB = 1 << 20;

export interface Boot {
  readonly testbed: Testbed;
  readonly machine: MachineSpec;
  /** the share: holds stage/ when this is called, and what came of it afterwards */
  readonly share: string;
  readonly init: string;
  /** of the runs, in the order of the plan */
  readonly names: readonly string[];
  readonly timeoutMs: number;
}

/** Resolves when the machine is off, or was switched off because its time was over; with what host-wait.ts saw. */
export async function boot({ testbed, machine, share, init, names, timeoutMs }: Boot): Promise<ReadonlyMap<string, number>> {
  const [files, swap] = makeDisks(share);
  const drive = (name: string, bytesPerSecond: number | undefined): string =>
    `file=${name},format=raw,if=virtio,cache=unsafe${bytesPerSecond === undefined ? "" : `,throttling.bps-total=${bytesPerSecond}`}`;
  const append = [
    "root=/dev/root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,ro,msize=262144",
    // what the kernel does not know becomes the environment of init
    `init=${init} NODE=${process.execPath} console=ttyS0 quiet panic=-1 delayacct`,
    // the emulated HPET itself makes sections of half a second with interrupts off
    "tsc=reliable clocksource=tsc",
  ].join(" ");
  const argv = [
    `--pdeathsig KILL nice -n 19 ${QEMU} -machine q35 -cpu max -smp ${CPUS} -m ${machine.memoryMb} -accel tcg,thread=multi -nographic -no-reboot -name stallscope,debug-threads=on`.split(
      " ",
    ),
    ["-kernel", testbed.kernel, "-append", append],
    testbed.initrd === undefined ? [] : ["-initrd", testbed.initrd],
    ["-fsdev", "local,id=r,path=/,security_model=none,readonly=on,multidevs=remap", "-device", "virtio-9p-pci,fsdev=r,mount_tag=/dev/root"],
    ["-fsdev", `local,id=o,path=${share},security_model=none`, "-device", "virtio-9p-pci,fsdev=o,mount_tag=out"],
    // one queue, so that its interrupt does not follow the one who asks
    ["-global", "virtio-blk-pci.num-queues=1"],
    ["-drive", drive(files, machine.filesBytesPerSecond), "-drive", drive(swap, machine.swapBytesPerSecond)],
  ].flat();
  const console = openSync(join(share, "console.txt"), "w");
  try {
    const child = spawn("/usr/bin/setpriv", argv, { stdio: ["ignore", console, console] });
    const watch = child.pid === undefined ? undefined : watchHostWait(child.pid, share, names);
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => void child.kill("SIGKILL"), timeoutMs);
      child.once("error", reject);
      child.once("exit", () => {
        clearTimeout(patience);
        resolve();
      });
    }).finally(() => watch?.stop());
    return watch?.shares ?? new Map();
  } finally {
    closeSync(console);
  }
}

function makeDisks(share: string): readonly [string, string] {
  const [tree, files, swap] = [join(share, "files"), join(share, "files.img"), join(share, "swap.img")];
  mkdirSync(tree);
  for (const mib of FILE_MIB) writeFileSync(join(tree, String(mib)), randomBytes(mib * MIB));
  empty(join(tree, "holes"), HOLES_MIB);
  empty(files, FILES_MB);
  execFileSync("/usr/sbin/mke2fs", ["-q", "-t", "ext4", "-d", tree, files]);
  empty(swap, SWAP_MB);
  execFileSync("/usr/sbin/mkswap", ["-q", swap], { stdio: "ignore" });
  return [files, swap];
}

function empty(file: string, mib: number): void {
  writeFileSync(file, "");
  truncateSync(file, mib * MIB);
}
