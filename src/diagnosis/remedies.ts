/** What to type, and how to undo it. Plain data with the pids filled in; nothing here is applied. */
import type { RemedyAdvice } from "../result/index.ts";

const remedy = (id: string, risk: RemedyAdvice["risk"], commands: string[], undo: string[]): RemedyAdvice => ({ id, risk, commands, undo });

export const moveRivalAway = (pid: number, cpu: number, cpus: number): RemedyAdvice[] => {
  const others = Array.from({ length: cpus }, (_, index) => index).filter((index) => index !== cpu);
  return others.length === 0 ? [] : [remedy("move-rival", "low", [`taskset -a -c -p ${others.join(",")} ${pid}`], [`taskset -a -c -p 0-${cpus - 1} ${pid}`])];
};
export const lowerRivalPriority = (pid: number, nice: number): RemedyAdvice =>
  remedy("renice-rival", "low", [`renice -n 19 -p ${pid}`], [`renice -n ${nice} -p ${pid}`]);
export const normalPolicy = (pid: number, priority: number): RemedyAdvice =>
  remedy("normal-policy", "medium", [`chrt -o -p 0 ${pid}`], [`chrt -f -p ${priority} ${pid}`]);
export const limitThreads = (threads: number): RemedyAdvice =>
  remedy("limit-threads", "low", [`export OMP_NUM_THREADS=${threads} MKL_NUM_THREADS=${threads}`], ["unset OMP_NUM_THREADS MKL_NUM_THREADS"]);
export const raiseQuota = (version: 1 | 2, path: string, quotaUs: number, periodUs: number): RemedyAdvice => {
  const doubled = quotaUs * 2;
  return version === 1
    ? remedy("raise-quota", "low", [`echo ${doubled} > ${path}/cpu.cfs_quota_us`], [`echo ${quotaUs} > ${path}/cpu.cfs_quota_us`])
    : remedy("raise-quota", "low", [`echo "${doubled} ${periodUs}" > ${path}/cpu.max`], [`echo "${quotaUs} ${periodUs}" > ${path}/cpu.max`]);
};
export const keepInMemory = (file: string): RemedyAdvice => remedy("keep-in-page-cache", "low", [`vmtouch -dl ${file}`], ["pkill vmtouch"]);
export const continueProcess = (pid: number): RemedyAdvice => remedy("continue", "low", [`kill -CONT ${pid}`], [`kill -STOP ${pid}`]);
export const spreadInterrupts = (): RemedyAdvice => remedy("irq-affinity", "medium", ["systemctl start irqbalance"], ["systemctl stop irqbalance"]);
