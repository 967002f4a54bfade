/**
 * What would the kernel's saved_cmdlines call a thread that /proc names so? /proc puts what a workqueue's worker works for behind its name
 * (wq_worker_comm in kernel/workqueue.c: `kworker/u8:50-events_unbound`); the task itself, and every event, has at most 15 bytes.
 */

const TASK_COMM_BYTES = 15;
const WORKER = /^(kworker\/u?\d+:\d+H?)[-+]/;

export function savedName(comm: string): string {
  // names are hostile: a newline would make a line of its own
  const name = (WORKER.exec(comm)?.[1] ?? comm).replace(/[\n\0]/g, " ");
  const bytes = new TextEncoder().encode(name);
  // a character that does not fit whole is left out
  return bytes.length <= TASK_COMM_BYTES ? name : new TextDecoder().decode(bytes.subarray(0, TASK_COMM_BYTES)).replace(/\ufffd+$/, "");
}
