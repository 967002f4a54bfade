/**
 * What to type against a cause, how to undo it, and how to see that it helped. Plain data with `{name}` places; `advise`
 * fills them in. Nothing here is applied. Titles are in the report's messages, by id.
 * A remedy whose undo is empty only looks, or changes nothing that lasts.
 */
import { assert } from "../base/index.ts";
import type { RemedyAdvice } from "../result/index.ts";

export interface RemedyTemplate {
  readonly risk: RemedyAdvice["risk"];
  readonly commands: readonly string[];
  readonly undo: readonly string[];
  /** what a right cure changes, beside the request's time */
  readonly verify: string;
}

export const REMEDIES = {
  "move-rival": {
    risk: "low",
    commands: ["taskset -a -c -p {others} {rival}"],
    undo: ["taskset -a -c -p {all} {rival}"],
    verify: "field 2 (run-queue wait) of /proc/{pid}/task/*/schedstat grows less during requests",
  },
  "renice-rival": {
    risk: "low",
    commands: ["renice -n 19 -p {rival}"],
    undo: ["renice -n {nice} -p {rival}"],
    verify: "field 2 (run-queue wait) of /proc/{pid}/task/*/schedstat grows less during requests",
  },
  "normal-policy": {
    risk: "medium",
    commands: ["chrt -o -p 0 {rival}"],
    undo: ["chrt -f -p {priority} {rival}"],
    verify: "chrt -p {rival} shows SCHED_OTHER",
  },
  "limit-threads": {
    risk: "low",
    commands: ["export OMP_NUM_THREADS={threads} MKL_NUM_THREADS={threads}"],
    undo: ["unset OMP_NUM_THREADS MKL_NUM_THREADS"],
    verify: "after a restart the service has fewer threads in /proc/{pid}/task",
  },
  "raise-quota-v1": {
    risk: "low",
    commands: ["echo {doubled} > {group}/cpu.cfs_quota_us"],
    undo: ["echo {quota} > {group}/cpu.cfs_quota_us"],
    verify: "nr_throttled in {group}/cpu.stat stays as it is",
  },
  "raise-quota": {
    risk: "low",
    commands: ['echo "{doubled} {period}" > {group}/cpu.max'],
    undo: ['echo "{quota} {period}" > {group}/cpu.max'],
    verify: "nr_throttled in {group}/cpu.stat stays as it is",
  },
  "pin-service": {
    risk: "medium",
    commands: ["taskset -a -c -p {cpus} {pid}"],
    undo: ["taskset -a -c -p {before} {pid}"],
    verify: "se.nr_migrations in /proc/{pid}/sched stops growing",
  },
  "move-service": {
    risk: "medium",
    commands: ["taskset -a -c -p {others} {pid}"],
    undo: ["taskset -a -c -p {before} {pid}"],
    verify: "the service is no longer on CPU {cpu}: taskset -p {pid}",
  },
  "numa-balancing-off": {
    risk: "medium",
    commands: ["sysctl -w kernel.numa_balancing=0"],
    undo: ["sysctl -w kernel.numa_balancing=1"],
    verify: "numa_pages_migrated in /proc/vmstat stops growing",
  },
  "irq-affinity": {
    risk: "medium",
    commands: ["systemctl start irqbalance"],
    undo: ["systemctl stop irqbalance"],
    verify: "/proc/interrupts and /proc/softirqs grow on other CPUs",
  },
  "workqueue-cpus": {
    risk: "medium",
    commands: ["cat /sys/devices/virtual/workqueue/cpumask", "echo {mask} > /sys/devices/virtual/workqueue/cpumask"],
    undo: ["echo {allMask} > /sys/devices/virtual/workqueue/cpumask"],
    verify: "no kworker/u thread runs on CPU {cpu}: ps -eLo psr,comm",
  },
  "free-memory-earlier": {
    risk: "medium",
    commands: ["sysctl -w vm.watermark_scale_factor=200"],
    undo: ["sysctl -w vm.watermark_scale_factor=10"],
    verify: "allocstall_* in /proc/vmstat stops growing",
  },
  "swap-size": {
    risk: "medium",
    commands: ["fallocate -l 4G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile"],
    undo: ["swapoff /swapfile && rm /swapfile"],
    verify: "swapon --show lists it, and memory pressure in /proc/pressure/memory falls",
  },
  "raise-memory-limit": {
    risk: "low",
    commands: ["echo {doubled} > {group}/{file}"],
    undo: ["echo {limit} > {group}/{file}"],
    verify: "high and max in {group}/memory.events (v1: {group}/memory.failcnt) stop growing",
  },
  "lower-swappiness": {
    risk: "low",
    commands: ["sysctl -w vm.swappiness=1"],
    undo: ["sysctl -w vm.swappiness={swappiness}"],
    verify: "pswpin in /proc/vmstat stops growing",
  },
  "thp-defer": {
    risk: "low",
    commands: ["echo defer+madvise > /sys/kernel/mm/transparent_hugepage/defrag"],
    undo: ["echo {defrag} > /sys/kernel/mm/transparent_hugepage/defrag"],
    verify: "compact_stall in /proc/vmstat stops growing",
  },
  "keep-in-page-cache": {
    risk: "low",
    commands: ["vmtouch -dl {file}"],
    undo: ["pkill vmtouch"],
    verify: "vmtouch {file} shows all pages resident",
  },
  "prefetch-file": {
    risk: "low",
    commands: ["cat {file} > /dev/null"],
    undo: [],
    verify: "pgmajfault in /proc/vmstat does not grow during the first request",
  },
  "protect-from-oom": {
    risk: "medium",
    commands: ["echo -900 > /proc/{pid}/oom_score_adj"],
    undo: ["echo 0 > /proc/{pid}/oom_score_adj"],
    verify: "oom_kill in /proc/vmstat stops growing, or somebody else is chosen",
  },
  "ionice-rival": {
    risk: "low",
    commands: ["ionice -c 3 -p {rival}"],
    undo: ["ionice -c 2 -n 4 -p {rival}"],
    verify: "the io line of /proc/pressure/io grows less during requests",
  },
  "watch-disk": {
    risk: "low",
    commands: ["iostat -x 1 10", "cat /proc/pressure/io"],
    undo: [],
    verify: "r_await and w_await of the device say how long it takes",
  },
  "output-on-tmpfs": {
    risk: "low",
    commands: ["export TMPDIR=/dev/shm"],
    undo: ["unset TMPDIR"],
    verify: "after a restart no fsync of the service waits for a disk",
  },
  "journald-volatile": {
    risk: "medium",
    commands: [
      "mkdir -p /etc/systemd/journald.conf.d && printf '[Journal]\\nStorage=volatile\\n' > /etc/systemd/journald.conf.d/volatile.conf && systemctl restart systemd-journald",
    ],
    undo: ["rm /etc/systemd/journald.conf.d/volatile.conf && systemctl restart systemd-journald"],
    verify: "journalctl --header shows files below /run only",
  },
  "write-back-earlier": {
    risk: "low",
    commands: ["sysctl -w vm.dirty_background_bytes=67108864"],
    undo: ["sysctl -w vm.dirty_background_ratio={ratio}"],
    verify: "nr_dirty in /proc/vmstat stays below nr_dirty_threshold",
  },
  "log-nonblocking": {
    risk: "low",
    commands: ["docker run --log-opt mode=non-blocking --log-opt max-buffer-size=4m IMAGE"],
    undo: ["docker run IMAGE"],
    verify: "no write of the service to descriptor 1 or 2 waits",
  },
  "see-what-it-does": {
    risk: "low",
    commands: ["cat /proc/{pid}/task/{tid}/stack", "py-spy dump --pid {pid}"],
    undo: [],
    verify: "the code that it names no longer holds up requests",
  },
  "switch-interval": {
    risk: "low",
    commands: ["sed -i '1i import sys; sys.setswitchinterval(0.0005)' MAIN FILE OF THE SERVICE"],
    undo: ["sed -i 1d MAIN FILE OF THE SERVICE"],
    verify: "waits of 5 ms on one futex are gone",
  },
  "asyncio-debug": {
    risk: "low",
    commands: ["export PYTHONASYNCIODEBUG=1"],
    undo: ["unset PYTHONASYNCIODEBUG"],
    verify: "after a restart asyncio logs the callback that took longer than 100 ms",
  },
  "more-concurrency": {
    risk: "medium",
    commands: ["export GRADIO_DEFAULT_CONCURRENCY_LIMIT=2"],
    undo: ["unset GRADIO_DEFAULT_CONCURRENCY_LIMIT"],
    verify: "two requests at once take as long as one, if the model is safe for two threads",
  },
  "newer-gradio": {
    risk: "medium",
    commands: ["pip install 'gradio>=6.11'"],
    undo: ["pip install 'gradio==5.45.0'"],
    verify: "the time between the worker's end and the answer falls from 50 ms to 1 ms",
  },
  "find-upstream": {
    risk: "low",
    commands: ["ss -tnp"],
    undo: [],
    verify: "the connection of process {pid} that is busy during the request is the service to look at next",
  },
  "watch-children": {
    risk: "low",
    commands: ["ps --ppid {pid} -o pid,lstart,args"],
    undo: [],
    verify: "no process is started during a request",
  },
  continue: {
    risk: "low",
    commands: ["kill -CONT {stopped}"],
    undo: ["kill -STOP {stopped}"],
    verify: "the state in /proc/{stopped}/stat is no longer T",
  },
  "performance-governor": {
    risk: "low",
    commands: ["cpupower frequency-set -g performance"],
    undo: ["cpupower frequency-set -g {governor}"],
    verify: "scaling_cur_freq is at cpuinfo_max_freq when a request begins",
  },
  "shallow-idle": {
    risk: "low",
    commands: ["cpupower idle-set -D 10"],
    undo: ["cpupower idle-set -E"],
    verify: "the wait from wake to run on idle CPUs falls below 10 us",
  },
  "watch-steal": {
    risk: "low",
    commands: ["vmstat 1 10"],
    undo: [],
    verify: "column st is 0 once the machine has CPUs of its own",
  },
  "measure-noise": {
    risk: "low",
    commands: ["rtla hwnoise top -c {all} -d 60s"],
    undo: [],
    verify: "the noise that remains with interrupts off is the firmware's",
  },
  "gpu-persistence": {
    risk: "low",
    commands: ["nvidia-smi -pm 1"],
    undo: ["nvidia-smi -pm 0"],
    verify: "the first request after idle is as fast as the second",
  },
  "watch-gpu": {
    risk: "low",
    commands: ["nvidia-smi dmon -c 10"],
    undo: [],
    verify: "sm and mem show who uses it, pclk whether it runs at full clock",
  },
  "keep-model-loaded": {
    risk: "low",
    commands: ["export OLLAMA_KEEP_ALIVE=-1"],
    undo: ["unset OLLAMA_KEEP_ALIVE"],
    verify: "no request opens a file of weights",
  },
  "profile-service": {
    risk: "low",
    commands: ["perf top -p {pid}", "py-spy top --pid {pid}"],
    undo: [],
    verify: "the function that it names takes less",
  },
} as const satisfies Readonly<Record<string, RemedyTemplate>>;

export type RemedyId = keyof typeof REMEDIES;

/** A remedy with its places filled in; a place without a value is a bug. */
export function advise(id: RemedyId, values: Readonly<Record<string, string | number>> = {}): RemedyAdvice {
  const { risk, commands, undo, verify }: RemedyTemplate = REMEDIES[id];
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      assert(value !== undefined, `remedy ${id} needs ${name}`);
      return String(value);
    });
  return { id, risk, commands: commands.map(fill), undo: undo.map(fill), verify: fill(verify) };
}

/** CPU lists for taskset: all of them, and all but one; `others` undefined on a machine of one CPU. */
export function cpuLists(cpus: number, cpu: number): { readonly all: string; readonly others: string | undefined } {
  const others = Array.from({ length: cpus }, (_, index) => index).filter((index) => index !== cpu);
  return { all: cpus > 1 ? `0-${cpus - 1}` : "0", others: others.length === 0 ? undefined : others.join(",") };
}
