/** Can the virtual machine run here? If not, one sentence why. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Testbed {
  /** x86-64 bzImage, see README.md for what it must have */
  readonly kernel: string;
  /** its preemptirq_delay_test.ko */
  readonly module: string;
  /** of a kernel whose drivers are modules: it mounts the root and hands over to `init=` */
  readonly initrd?: string;
}

const PROGRAMS = [
  "/usr/bin/qemu-system-x86_64",
  "/usr/sbin/mke2fs",
  "/usr/sbin/mkswap",
  "/usr/bin/setpriv",
  "/usr/bin/taskset",
  "/usr/bin/python3",
  "/bin/busybox",
];

export type VmAbility = { readonly kind: "ready"; readonly testbed: Testbed } | { readonly kind: "missing"; readonly why: string };

/** Which kernel is in a bzImage? Documentation/arch/x86/boot.rst: kernel_version, at 0x20e, points to its text from 0x200 on. */
export function kernelRelease(file: string): string {
  const image = readFileSync(file);
  const begin = image.readUInt16LE(0x20e) + 0x200;
  return image.toString("latin1", begin, image.indexOf(" ", begin));
}

/** STALLSCOPE_TESTBED names the folder; default: shared/testbed beside the checkout. */
export function vmAbility(root: string, env: Readonly<Record<string, string | undefined>> = process.env): VmAbility {
  const folder = env["STALLSCOPE_TESTBED"] ?? resolve(root, "..", "shared", "testbed");
  const testbed = { kernel: join(folder, "bzImage"), module: join(folder, "preemptirq_delay_test.ko") };
  const lacking = [...Object.values(testbed), ...PROGRAMS].find((file) => !existsSync(file));
  const initrd = join(folder, "initrd.img");
  if (lacking === undefined) return { kind: "ready", testbed: existsSync(initrd) ? { ...testbed, initrd } : testbed };
  return { kind: "missing", why: `there is no ${lacking} (STALLSCOPE_TESTBED names the folder with bzImage and preemptirq_delay_test.ko)` };
}
