/**
 * What was a wait for? The stack at switch-out says it best, then the system call, then the state and the waker.
 * Function names are those of Linux 5.4 to 6.18; a name that a kernel does not have never matches.
 */
import { isPollCall, isSleepCall, STATE, type ReclaimKind, type Syscall, type Waker } from "../timeline/index.ts";
import type { PathClass } from "./segment.ts";

export interface WaitKind {
  readonly class: PathClass;
  /** epoll, poll or select: the thread waits for whatever comes first */
  readonly isPoll: boolean;
  /** a sleep that the thread asked for: nanosleep and its kin */
  readonly isSleep: boolean;
}

const STOPPED = /^(do_signal_stop|ptrace_stop|do_jobctl_trap|do_freezer_trap|__refrigerator|get_signal|cgroup_enter_frozen)/;
const RECLAIM =
  /^(try_to_free|do_try_to_free|shrink_|reclaim_throttle|throttle_direct_reclaim|__alloc_pages_direct|try_to_compact|compact_zone|mem_cgroup_handle_over_high|try_charge_memcg)/;
const FAULT = /^(filemap_fault|do_swap_page|__do_fault|handle_mm_fault|do_user_addr_fault|exc_page_fault|asm_exc_page_fault)/;
const IO =
  /^(io_schedule|folio_wait_|__folio_lock|wait_on_page|wait_on_buffer|__wait_on_buffer|bit_wait_io|submit_bio_wait|blk_|blkdev_|jbd2_|log_wait_commit|ext4_sync|ext4_fsync|xfs_log|xfs_buf|btrfs_|filemap_(read|get_pages|update_page|write_and_wait|fdatawait)|balance_dirty|dio_|iomap_dio|vfs_fsync|sync_inodes|wb_wait|rq_qos_wait|wbt_wait|swap_read|nfs_|nvme_)/;
const LOCK = /^(futex_|__futex|do_futex|rt_mutex|rwsem_|down_read|down_write|__down|mutex_lock|__mutex|percpu_rwsem|flock_lock|posix_lock|locks_lock)/;
const PIPE = /^(pipe_|anon_pipe_|fifo_open|wait_for_partner)/;
const NETWORK = /^(tcp_|inet_|inet6_|udp_|unix_|sk_wait|sk_stream_wait|sock_|__skb_wait|__skb_recv|netlink_|vsock_|wait_for_more_packets)/;
const SLEEP = /^(hrtimer_nanosleep|do_nanosleep|common_nsleep|nanosleep)/;
const POLL = /^(ep_poll|do_epoll_wait|do_poll|do_sys_poll|do_select|core_sys_select|poll_schedule_timeout)/;
const CHILD = /^(do_wait|kernel_wait4|wait_for_vfork_done|do_exit|wait_task_inactive|de_thread)/;
const WORK = /^(worker_thread|rescuer_thread|kthread_worker_fn|__flush_work|flush_work|__flush_workqueue|wait_for_completion_killable)/;
const DEVICE = /^(nvidia|nv_|nvkms|os_acquire|drm_|dma_fence|amdgpu|i915|usb_|i2c_|spi_|tty_|n_tty_|vfs_ioctl|snd_)/;

const COMPACTION = /^(try_to_compact|compact_zone|__alloc_pages_direct_compact)/;
// shrink_node_memcgs and the like are in every reclaim's stack: only who asked for it counts
const MEMCG_RECLAIM = /^(try_charge_memcg|try_charge|__mem_cgroup_charge|obj_cgroup_charge|mem_cgroup_handle_over_high|try_to_free_mem_cgroup_pages)/;

/** For whom does a thread with this stack free memory? */
export const reclaimOf = (stack: readonly string[]): ReclaimKind =>
  stack.some((name) => COMPACTION.test(name)) ? "compaction" : stack.some((name) => MEMCG_RECLAIM.test(name)) ? "memcg" : "direct";

const BY_STACK: readonly (readonly [PathClass, RegExp])[] = [
  ["blocked-stopped", STOPPED],
  ["reclaim", RECLAIM],
  ["blocked-timer", SLEEP],
  ["blocked-pipe", PIPE],
  ["blocked-child", CHILD],
  ["blocked-io", IO],
  ["blocked-lock", LOCK],
  ["blocked-network", NETWORK],
  ["blocked-work", WORK],
  ["blocked-device", DEVICE],
];

const BY_SYSCALL: Readonly<Record<string, PathClass>> = {
  futex: "blocked-lock",
  futex_wait: "blocked-lock",
  futex_waitv: "blocked-lock",
  flock: "blocked-lock",
  nanosleep: "blocked-timer",
  clock_nanosleep: "blocked-timer",
  recvfrom: "blocked-network",
  recvmsg: "blocked-network",
  recvmmsg: "blocked-network",
  sendto: "blocked-network",
  sendmsg: "blocked-network",
  sendmmsg: "blocked-network",
  connect: "blocked-network",
  accept: "blocked-network",
  accept4: "blocked-network",
  fsync: "blocked-io",
  fdatasync: "blocked-io",
  sync: "blocked-io",
  syncfs: "blocked-io",
  sync_file_range: "blocked-io",
  msync: "blocked-io",
  pread64: "blocked-io",
  pwrite64: "blocked-io",
  preadv: "blocked-io",
  pwritev: "blocked-io",
  readahead: "blocked-io",
  io_submit: "blocked-io",
  io_getevents: "blocked-io",
  wait4: "blocked-child",
  waitid: "blocked-child",
  vfork: "blocked-child",
  ioctl: "blocked-device",
};

export function classifyWait(input: { state: number; syscall: Syscall | undefined; stack: readonly string[]; waker: Waker | undefined }): WaitKind {
  const { state, syscall, stack, waker } = input;
  if (state === STATE.stopped) return { class: "blocked-stopped", isPoll: false, isSleep: false };
  const has = (pattern: RegExp): boolean => stack.some((name) => pattern.test(name));
  const isPoll = stack.length > 0 ? has(POLL) : isPollCall(syscall?.name);
  if (isPoll) return { class: pollClass(waker), isPoll, isSleep: false };
  if (stack.length > 0) {
    // a fault that waits for a page is storage seen through memory; one that waits for the address space is a lock
    if (has(FAULT) && (has(IO) || !has(LOCK)) && !has(RECLAIM)) return { class: "blocked-fault", isPoll, isSleep: false };
    for (const [kind, pattern] of BY_STACK) if (has(pattern)) return { class: kind, isPoll, isSleep: kind === "blocked-timer" };
  }
  const bySyscall = syscall === undefined ? undefined : BY_SYSCALL[syscall.name];
  if (bySyscall !== undefined) return { class: bySyscall, isPoll, isSleep: isSleepCall(syscall?.name) };
  if (waker?.kind === "block" || state === STATE.blocked) return { class: waker?.kind === "block" ? "blocked-io" : "blocked-other", isPoll, isSleep: false };
  if (waker?.kind === "thread" && waker.network) return { class: "blocked-network", isPoll, isSleep: false };
  if (waker?.kind === "timer") return { class: "blocked-timer", isPoll, isSleep: false };
  return { class: "blocked-other", isPoll, isSleep: false };
}

function pollClass(waker: Waker | undefined): PathClass {
  if (waker?.kind === "timer") return "blocked-timer";
  if (waker?.kind === "thread" && !waker.network) return "blocked-other";
  return waker === undefined ? "blocked-other" : "blocked-network";
}
