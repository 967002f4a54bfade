/**
 * How does each event that the analysis reads look as text? The kernel's own `print fmt` (include/trace/events/*.h, Linux 5.4
 * to 6.18), what trace-cmd's plugins make of it, and trace-cmd's raw fields (-R). The first that matches is taken.
 */
import { compileTemplate, type BodyTemplate } from "./body-template.ts";

const WAKEUP = [
  "comm={comm:c} pid={pid:d} prio={prio:d} target_cpu={target_cpu:d}",
  "{comm:c}:{pid:d} [{prio:d}] CPU:{target_cpu:d}",
  "{comm:c}:{pid:d} [{prio:d}] success={success:d} CPU:{target_cpu:d}",
  "comm={comm:c} pid={pid:d} prio={prio:d} success={success:d} target_cpu={target_cpu:d}",
];
const VECTOR = ["vector={vector:d}"];
const SOFTIRQ = ["vec={vec:d}{:*}"];
const FAULT = ["address={address:s} ip={ip:s} error_code={error_code:x}"];
const EXECUTE = ["work struct {work:p}: function {function:s}", "work struct {work:p}", "work={work:p} function={function:s}"];
const RECLAIM_BEGIN = ["order={order:d}{:*}"];
const RECLAIM_END = ["nr_reclaimed={nr_reclaimed:d}"];
const RAW_REQUEST = "dev={dev:d} sector={sector:d} nr_sector={nr_sector:d} bytes={bytes:d} ioprio={ioprio:d} rwbs={rwbs:w} comm={comm:c} cmd={cmd:t}";
const REQUEST = [
  "{dev:D} {rwbs:w} {bytes:d} ({cmd:t}) {sector:d} + {nr_sector:d} {ioprio:w} [{comm:c}]",
  "{dev:D} {rwbs:w} {bytes:d} ({cmd:t}) {sector:d} + {nr_sector:d} [{comm:c}]",
  RAW_REQUEST,
];

const FILE_RANGE = ["dev={s_dev:D} ino={i_ino:x} ofs={index:k}-{last_index:k}", "i_ino={i_ino:x} s_dev={s_dev:d} index={index:p} last_index={last_index:p}"];

/** include/trace/events/osnoise.h pads names to 8 places. */
const noise = (who: string): string[] => [`{:_}${who} start {start:w} duration {duration:d} ns`];

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  sched_switch: [
    "prev_comm={prev_comm:c} prev_pid={prev_pid:d} prev_prio={prev_prio:d} prev_state={prev_state:S} ==> next_comm={next_comm:c} next_pid={next_pid:d} next_prio={next_prio:d}",
    "{prev_comm:c}:{prev_pid:d} [{prev_prio:d}] {prev_state:L} ==> {next_comm:c}:{next_pid:d} [{next_prio:d}]",
    "prev_comm={prev_comm:c} prev_pid={prev_pid:d} prev_prio={prev_prio:d} prev_state={prev_state:d} next_comm={next_comm:c} next_pid={next_pid:d} next_prio={next_prio:d}",
  ],
  sched_waking: WAKEUP,
  sched_wakeup: WAKEUP,
  sched_wakeup_new: WAKEUP,
  sched_migrate_task: ["comm={comm:c} pid={pid:d} prio={prio:d} orig_cpu={orig_cpu:d} dest_cpu={dest_cpu:d}"],
  sched_process_fork: [
    "comm={parent_comm:c} pid={parent_pid:d} child_comm={child_comm:c} child_pid={child_pid:d}",
    "parent_comm={parent_comm:c} parent_pid={parent_pid:d} child_comm={child_comm:c} child_pid={child_pid:d}",
  ],
  sched_process_exec: ["filename={filename:t} pid={pid:d} old_pid={old_pid:d}"],
  sched_process_exit: ["comm={comm:c} pid={pid:d} prio={prio:d} group_dead={group_dead:w}", "comm={comm:c} pid={pid:d} prio={prio:d}"],
  task_newtask: ["pid={pid:d} comm={comm:c} clone_flags={clone_flags:x} oom_score_adj={oom_score_adj:d}"],
  task_rename: ["pid={pid:d} oldcomm={oldcomm:c} newcomm={newcomm:c} oom_score_adj={oom_score_adj:d}"],
  irq_noise: noise("{desc:t}:{vector:d}"),
  softirq_noise: noise("{name:w}:{vector:d}"),
  thread_noise: noise("{comm:c}:{pid:d}"),
  nmi_noise: ["start {start:w} duration {duration:d} ns"],
  sample_threshold: ["start {start:w} duration {duration:d} ns interference {interference:d}"],
  // kernel/trace/trace_output.c; then their print fmt, as trace-cmd shows it
  osnoise: ["{:_}{runtime:d}{:_}{noise:d} {:*}", "noise:{noise:d}\t{:*}"],
  timerlat: [
    "#{seqnum:d}{:_}context{:_}{context:i} timer_latency{:_}{timer_latency:d} ns",
    "seq:{seqnum:d}\tcontext:{context:d}\ttimer_latency:{timer_latency:d}",
  ],
  hwlat: [
    "#{seqnum:d}{:_}inner/outer(us):{:_}{duration:d}/{outer_duration:d} {:*}",
    "cnt:{count:d}\tts:{ts:w}\tinner:{duration:d}\touter:{outer_duration:d}\t{:*}",
  ],
  irq_handler_entry: ["irq={irq:d} name={name:t}"],
  irq_handler_exit: ["irq={irq:d} ret={ret:h}"],
  softirq_raise: SOFTIRQ,
  softirq_entry: SOFTIRQ,
  softirq_exit: SOFTIRQ,
  local_timer_entry: VECTOR,
  local_timer_exit: VECTOR,
  reschedule_entry: VECTOR,
  reschedule_exit: VECTOR,
  call_function_entry: VECTOR,
  call_function_exit: VECTOR,
  call_function_single_entry: VECTOR,
  call_function_single_exit: VECTOR,
  irq_work_entry: VECTOR,
  irq_work_exit: VECTOR,
  hrtimer_start: [
    "hrtimer={hrtimer:p} function={function:s} expires={expires:T} softexpires={softexpires:T} mode={mode:w} was_armed={was_armed:d}",
    "hrtimer={hrtimer:p} function={function:s} expires={expires:T} softexpires={softexpires:T} mode={mode:w}",
    "hrtimer={hrtimer:p} function={function:s} expires={expires:T} softexpires={softexpires:T}",
  ],
  hrtimer_expire_entry: [
    "hrtimer={hrtimer:p} function={function:s} now={now:T}",
    "hrtimer={hrtimer:p} now={now:T} function={function:s}",
    "hrtimer={hrtimer:p} now={now:T}",
  ],
  hrtimer_expire_exit: ["hrtimer={hrtimer:p}"],
  workqueue_queue_work: [
    "work struct={work:p} function={function:s} workqueue={workqueue:t} req_cpu={req_cpu:d} cpu={cpu:d}",
    "work={work:p} function={function:s} workqueue={workqueue:t} req_cpu={req_cpu:d} cpu={cpu:d}",
  ],
  workqueue_execute_start: EXECUTE,
  workqueue_execute_end: EXECUTE,
  napi_poll: [
    "napi poll on napi struct {napi:p} for device {dev_name:t} work {work:d} budget {budget:d}",
    "napi={napi:p} dev_name={dev_name:t} work={work:d} budget={budget:d}",
  ],
  sys_enter: ["NR {id:d} ({arg0:x}, {arg1:x}, {arg2:x}, {arg3:x}, {arg4:x}, {arg5:x})", "id={id:d} args={args:A}"],
  sys_exit: ["NR {id:d} = {ret:d}", "id={id:d} ret={ret:d}"],
  page_fault_user: FAULT,
  page_fault_kernel: FAULT,
  mm_filemap_add_to_page_cache: [
    "dev {s_dev:D} ino {i_ino:x} pfn={pfn:x} ofs={index:k} order={order:d}",
    "dev {s_dev:D} ino {i_ino:x} pfn={pfn:x} ofs={index:k}",
    "dev {s_dev:D} ino {i_ino:x} page={page:p} pfn={pfn:x} ofs={index:k}",
    "pfn={pfn:x} i_ino={i_ino:x} index={index:d} s_dev={s_dev:d} order={order:d}",
  ],
  mm_filemap_fault: ["dev={s_dev:D} ino={i_ino:x} ofs={index:k}", "i_ino={i_ino:x} s_dev={s_dev:d} index={index:d}"],
  mm_filemap_get_pages: FILE_RANGE,
  mm_filemap_map_pages: FILE_RANGE,
  block_bio_queue: [
    "{dev:D} {rwbs:w} {sector:d} + {nr_sector:d} [{comm:c}]",
    "dev={dev:d} sector={sector:d} nr_sector={nr_sector:d} rwbs={rwbs:w} comm={comm:c}",
  ],
  block_rq_issue: REQUEST,
  block_rq_insert: REQUEST,
  block_rq_complete: [
    "{dev:D} {rwbs:w} ({cmd:t}) {sector:d} + {nr_sector:d} {ioprio:w} [{error:d}]",
    "{dev:D} {rwbs:w} ({cmd:t}) {sector:d} + {nr_sector:d} [{error:d}]",
    "dev={dev:d} sector={sector:d} nr_sector={nr_sector:d} error={error:d} ioprio={ioprio:d} rwbs={rwbs:w} cmd={cmd:t}",
  ],
  mm_vmscan_direct_reclaim_begin: RECLAIM_BEGIN,
  mm_vmscan_direct_reclaim_end: RECLAIM_END,
  mm_vmscan_memcg_reclaim_begin: RECLAIM_BEGIN,
  mm_vmscan_memcg_reclaim_end: RECLAIM_END,
  mm_compaction_begin: [
    "zone_start={zone_start:x} migrate_pfn={migrate_pfn:x} free_pfn={free_pfn:x} zone_end={zone_end:x}, mode={sync:y}",
    "zone_start={zone_start:x} migrate_pfn={migrate_pfn:x} free_pfn={free_pfn:x} zone_end={zone_end:x} sync={sync:y}",
  ],
  mm_compaction_end: [
    "zone_start={zone_start:x} migrate_pfn={migrate_pfn:x} free_pfn={free_pfn:x} zone_end={zone_end:x}, mode={sync:y} status={status:E}",
    "zone_start={zone_start:x} migrate_pfn={migrate_pfn:x} free_pfn={free_pfn:x} zone_end={zone_end:x} sync={sync:y} status={status:E}",
  ],
  balance_dirty_pages: [
    "bdi {bdi:w}: limit={limit:d} setpoint={setpoint:d} dirty={dirty:d} {:t} pause={pause:d} period={period:d} think={think:d}{:*}",
    "bdi={bdi:w} limit={limit:d} {:t} pause={pause:d} period={period:d} think={think:d}{:*}",
    "bdi={bdi:w} limit={limit:d} {:t} pause={pause:d} {:t} period={period:d}{:*}",
  ],
  folio_wait_writeback: ["bdi {name:w}: ino={ino:d} index={index:d}", "name={name:w} ino={ino:d} index={index:d}"],
  jbd2_run_stats: ["dev {dev:D} tid {tid:d} wait {wait:d} {:*}", "dev={dev:d} tid={tid:d} wait={wait:d} {:*}"],
  ext4_sync_file_enter: ["dev {dev:D} ino {ino:d} parent {parent:d} datasync {datasync:d}", "dev={dev:d} ino={ino:d} parent={parent:d} datasync={datasync:d}"],
  ext4_sync_file_exit: ["dev {dev:D} ino {ino:d} ret {ret:d}", "dev={dev:d} ino={ino:d} ret={ret:d}"],
  cpu_frequency: ["state={state:d} cpu_id={cpu_id:d}"],
  sched_move_numa: ["pid={pid:d} tgid={tgid:d} ngid={ngid:d} src_cpu={src_cpu:d} src_nid={src_nid:d} dst_cpu={dst_cpu:d} dst_nid={dst_nid:d}"],
  mark_victim: ["pid={pid:d}{:*}"],
  signal_generate: [
    "sig={sig:d} errno={errno:d} code={code:d} comm={comm:c} pid={pid:d} grp={group:d} res={result:d}",
    "sig={sig:d} errno={errno:d} code={code:d} comm={comm:c} pid={pid:d} group={group:d} result={result:d}",
  ],
  kernel_stack: ["size={size:d} caller={caller:A}"],
  signal_deliver: ["sig={sig:d} errno={errno:d} code={code:d} sa_handler={sa_handler:x} sa_flags={sa_flags:x}"],
};

/** By event name; `print` has no fields in its text and is not in it; stacks have them only in trace-cmd -R. */
export function compileEventBodies(): ReadonlyMap<string, readonly BodyTemplate[]> {
  return new Map(Object.entries(TEXTS).map(([name, texts]) => [name, texts.map(compileTemplate)]));
}
