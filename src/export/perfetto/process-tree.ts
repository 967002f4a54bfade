/** Which processes and threads are there? What Perfetto otherwise reads from /proc; births inside the recording it sees itself, in task_newtask. */
import type { PbfWriter } from "pbf";
import type { ThreadIndex, ThreadRow, Trace } from "../../trace/index.ts";
import { uint64Of } from "../stamps.ts";
import { clockOf } from "./clocks.ts";
import { PROCESS, PROCESS_TREE, THREAD, TRACE_PACKET } from "./fields.ts";
import { message, writeUint64Field, type Fill } from "./packets.ts";

/** Parent of all kernel threads. */
const KTHREADD = 2;

/** One packet for those that were there from the start, and one per birth where the recording has no event for it. */
export function* processPackets(trace: Trace): Generator<Fill> {
  const { threads, begin, tables } = trace;
  const older: ThreadRow[] = [];
  const born: ThreadRow[] = [];
  // thread 0 is idle, which Perfetto knows
  for (let index = 1; index < threads.length; index++) {
    const row = threads.row(index as ThreadIndex);
    if (row.pid >= 0) (row.born > begin ? born : older).push(row);
  }
  if (older.length > 0) yield packet(trace, begin, older);
  if (tables.has("task_newtask")) return;
  born.sort((a, b) => a.born - b.born);
  for (const row of born) yield packet(trace, row.born, [row]);
}

function packet({ clock }: Trace, time: number, rows: readonly ThreadRow[]): Fill {
  return (pbf) => {
    writeUint64Field(pbf, TRACE_PACKET.timestamp, uint64Of(clock.base + BigInt(time)));
    pbf.writeVarintField(TRACE_PACKET.timestamp_clock_id, clockOf(clock.name).primary);
    message(pbf, TRACE_PACKET.process_tree, (tree) => {
      for (const [pid, main] of processesOf(rows)) message(tree, PROCESS_TREE.processes, (inner) => writeProcess(inner, pid, main));
      for (const row of rows) message(tree, PROCESS_TREE.threads, (inner) => writeThread(inner, row));
    });
  };
}

/** By pid the thread that names it: the main one, or the first that is known. */
function processesOf(rows: readonly ThreadRow[]): Map<number, ThreadRow> {
  const processes = new Map<number, ThreadRow>();
  for (const row of rows) if (row.tid === row.pid || !processes.has(row.pid)) processes.set(row.pid, row);
  return processes;
}

function writeProcess(pbf: PbfWriter, pid: number, { comm, tid, isKernel }: ThreadRow): void {
  pbf.writeVarintField(PROCESS.pid, pid);
  if (isKernel && pid !== KTHREADD) pbf.writeVarintField(PROCESS.ppid, KTHREADD);
  pbf.writeStringField(PROCESS.cmdline, comm);
  if (isKernel) pbf.writeBooleanField(PROCESS.is_kthread, true);
  if (tid === pid) pbf.writeBooleanField(PROCESS.cmdline_is_comm, true);
}

function writeThread(pbf: PbfWriter, { tid, pid, comm }: ThreadRow): void {
  pbf.writeVarintField(THREAD.tid, tid);
  pbf.writeStringField(THREAD.name, comm);
  pbf.writeVarintField(THREAD.tgid, pid);
}
