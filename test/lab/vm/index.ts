/** How do variants run in the virtual machine? One boot for all runs of the same machine; explained outside, by the same code. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCliContext } from "../../../src/cli/context.ts";
import { explainBundle } from "../../../src/cli/pipeline.ts";
import type { Endings } from "./guest/endings.ts";
import { boot } from "./machine.ts";
import { judge, type VmOutcome } from "./outcome.ts";
import type { Testbed } from "./requirements.ts";
import { buildStage, writePlan } from "./stage.ts";
import type { GuestEndings, GuestRun, VmVariant } from "./types.ts";

export { vmAbility, type Testbed, type VmAbility } from "./requirements.ts";
export { isRight, type VmOutcome, type VmScored } from "./outcome.ts";
export { VM_VARIANTS } from "./variants.ts";
export type { VmVariant } from "./types.ts";

export interface VmOptions {
  readonly testbed: Testbed;
  /** the checkout: the guest program is built from it */
  readonly root: string;
  readonly variants: readonly VmVariant[];
  readonly runs: number;
  /** bundles stay here, each in VARIANT-RUN/ with truth.txt */
  readonly keep?: string;
  /** a run that says nothing, because the host was busy or the disturbance missed, is played again: in all so often */
  readonly attempts: number;
  /** heard as soon as a machine is off; of a run that is played again too */
  readonly onOutcome?: (outcome: VmOutcome) => void;
}

/** Above it the guest sees stalls that nobody in it made. Seen at 10 %: a clean run, accusing nobody; at 24 %: 20 ms lost in the noise. */
const QUIET_SHARE = 0.05;
/** Boot, start of Node and of the service under emulation. */
const BOOT_MS = 90_000;
/** A run takes 15 to 30 s on an idle host of 2 cores; others may use it. */
const RUN_MS = 90_000;
/** Start of Node, some seconds of recording, the janitor. */
const ENDING_MS = 30_000;
/** By itself and by errors. */
const OTHER_ENDINGS = 3;

/** Recordings with every tracer in turn that end in every way, in a machine of their own. */
export async function endInVm(testbed: Testbed, root: string, endings: GuestEndings): Promise<Endings> {
  const share = mkdtempSync(join(tmpdir(), "stallscope-vm-"));
  try {
    const stage = join(share, "stage");
    await buildStage(root, stage, testbed.module);
    writePlan(stage, { runs: [], endings });
    const timeoutMs = BOOT_MS + (endings.kills + endings.interrupts + OTHER_ENDINGS) * ENDING_MS;
    await boot({ testbed, machine: { memoryMb: 768 }, share, init: join(stage, "init.sh"), names: [], timeoutMs });
    const file = join(share, "endings.json");
    if (!existsSync(file)) throw new Error(`the machine did not come that far: ${lastLine(share)}`);
    return JSON.parse(readFileSync(file, "utf8")) as Endings;
  } finally {
    rmSync(share, { recursive: true, force: true });
  }
}

export async function runVm(options: VmOptions): Promise<VmOutcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-vm-"));
  // process.exit does not come back here
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  try {
    const stage = join(folder, "stage");
    await buildStage(options.root, stage, options.testbed.module);
    const outcomes: VmOutcome[] = [];
    for (const machine of new Set(options.variants.map(machineOf))) {
      let pending = options.variants.filter((variant) => machineOf(variant) === machine).flatMap((variant) => plan(variant, options.runs));
      for (let attempt = 1; pending.length > 0 && attempt <= options.attempts; attempt++) {
        const share = join(folder, "machine");
        cpSync(stage, join(share, "stage"), { recursive: true });
        const played = await runMachine(options, pending, share);
        rmSync(share, { recursive: true });
        const isLast = attempt === options.attempts;
        outcomes.push(...played.filter((outcome) => isLast || outcome.kind === "scored"));
        pending = pending.filter((_, index) => played[index]?.kind === "void");
      }
    }
    return outcomes;
  } finally {
    process.off("exit", remove);
    remove();
  }
}

const machineOf = (variant: VmVariant): string => JSON.stringify(variant.machine);

interface Planned {
  readonly name: string;
  readonly run: number;
  readonly variant: VmVariant;
}

const plan = (variant: VmVariant, runs: number): Planned[] => Array.from({ length: runs }, (_, run) => ({ name: `${variant.id}-${run}`, run, variant }));

/** All of the same machine. An outcome a run, in their order. */
async function runMachine(options: VmOptions, planned: readonly Planned[], share: string): Promise<VmOutcome[]> {
  const machine = planned[0]?.variant.machine;
  if (machine === undefined) return [];
  const stage = join(share, "stage");
  writePlan(stage, { runs: planned.map(({ name, variant }) => ({ name, variant })) });
  const waits = await boot({
    testbed: options.testbed,
    machine,
    share,
    init: join(stage, "init.sh"),
    names: planned.map(({ name }) => name),
    timeoutMs: BOOT_MS + planned.length * RUN_MS,
  });
  if (options.keep !== undefined) keepLog(share, options.keep, planned[0]?.name ?? "");
  return planned.map((each) => {
    const outcome = outcomeOf(share, each, waits.get(each.name), options.keep);
    options.onOutcome?.(outcome);
    return outcome;
  });
}

function outcomeOf(share: string, { name, run, variant }: Planned, hostWaitShare: number | undefined, keep: string | undefined): VmOutcome {
  const named = { variant: variant.id, heldBack: variant.heldBack, run };
  const file = join(share, `${name}.json`);
  if (!existsSync(file)) return { kind: "void", ...named, why: `the machine did not come that far: ${lastLine(share)}` };
  const guest = JSON.parse(readFileSync(file, "utf8")) as GuestRun;
  const directory = join(share, name);
  if (keep !== undefined && existsSync(directory)) {
    // of several attempts the last stays
    rmSync(join(keep, name), { recursive: true, force: true });
    cpSync(directory, join(keep, name), { recursive: true });
    cpSync(file, join(keep, name, "truth.txt"));
  }
  if (guest.kind === "void") return { ...guest, ...named };
  if (hostWaitShare === undefined || hostWaitShare > QUIET_SHARE)
    return {
      kind: "void",
      ...named,
      why: `the host let the machine's CPUs wait for ${hostWaitShare === undefined ? "an unknown share" : `${Math.round(hostWaitShare * 100)} %`} of the time`,
    };
  const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: {} }, "lab");
  return judge({ variant, run, guest, hostWaitShare, result: explainBundle(directory, context) });
}

const said = (share: string): string =>
  ["console.txt", "log.txt"].map((name) => (existsSync(join(share, name)) ? readFileSync(join(share, name), "utf8") : "")).join("\n");

const lastLine = (share: string): string => said(share).trim().split("\n").at(-1) ?? "it said nothing";

function keepLog(share: string, keep: string, name: string): void {
  mkdirSync(keep, { recursive: true });
  if (existsSync(join(share, "log.txt"))) cpSync(join(share, "log.txt"), join(keep, `${name}.log.txt`));
}
