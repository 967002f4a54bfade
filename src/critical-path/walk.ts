/**
 * Where did the time of one request go? The walk starts at the client, which waited from before connect to the last
 * byte, and explains every piece of its time line: running is net; runnable goes to whoever held the CPU; a wait goes
 * to its waker and is explained by what the waker did inside the wait, one level deeper, and so on. Every wake lies
 * strictly inside the wait it explains, so the walk ends; a depth limit guards the stack all the same.
 *
 * Law, checked on every run: the segments touch, are ordered, and fill the window exactly.
 */
import { assert, upperBound } from "../base/index.ts";
import { STATE, type Deferred, type Timeline, type Waker } from "../timeline/index.ts";
import { NO_THREAD, type ThreadIndex } from "../trace/index.ts";
import { awaitedAnswers } from "./answers.ts";
import { delegationsIn, type Delegates } from "./delegate.ts";
import { wasSetGoing } from "./hand-off.ts";
import { lostIn, type LostIndex } from "./lost.ts";
import { isPollTick } from "./poll-ticks.ts";
import { isToStop } from "./stop-signal.ts";
import { RECLAIM_FUNCTIONS, reclaimIn, splitRunnable, splitRunning, throttledUntil, type RunnableContext } from "./on-cpu.ts";
import { isInKernel } from "./runnable-context.ts";
import type { PathClass, RequestWindow, Segment, SegmentCulprit, Wait } from "./segment.ts";
import { classifyWait, reclaimOf, type WaitKind } from "./wait-class.ts";

/** Real chains are below 10 (client, loop, worker, pool, disk); 32 is far beyond and far below a stack overflow. */
const MAX_DEPTH = 32;
/** A path this long is a ping-pong nobody reads; it bounds memory to some 100 MB. */
const MAX_SEGMENTS = 500_000;
/**
 * A timed lock wait is charged to the thread that ran meanwhile only when that thread had most of it: CPython's
 * switch interval is 5 ms, so the holder of the GIL fills such a wait nearly whole.
 */
const HOLDER_SHARE = 0.5;

const timesIn = (threads: readonly ThreadIndex[], thread: ThreadIndex): number => threads.reduce((sum, other) => sum + Number(other === thread), 0);

const NOT_IN_A_CALL = { syscall: undefined, stack: [], lock: undefined, fd: undefined } as const;

/** Is it known to be none of the service's? A loop of the service is woken by messages too, and they are no answers. */
function isOutside({ trace }: Timeline, { service }: RunnableContext, thread: ThreadIndex): boolean {
  return service.size > 0 && !service.has(trace.threads.row(thread).pid);
}

/** A wait and what ended it. */
interface Followed {
  readonly thread: ThreadIndex;
  readonly from: number;
  readonly to: number;
  readonly waker: Waker | undefined;
  readonly kind: WaitKind;
  readonly base: Omit<Wait, "by">;
  readonly frame: Frame;
  readonly self: (from: number, to: number, culprit: SegmentCulprit, reason?: string) => void;
  readonly wakerCpu: number;
  readonly wakerTime: number;
}

type Deeper = (other: ThreadIndex, from: number, to: number, by: Wait["by"]) => void;

interface Frame {
  readonly depth: number;
  readonly via: readonly Wait[];
  /** threads whose wait is being explained further up, and pollers' delegates: never gone back to */
  readonly waiting: readonly ThreadIndex[];
}

export function walkRequest(timeline: Timeline, context: RunnableContext, lost: LostIndex, window: RequestWindow): readonly Segment[] {
  const walk = new Walk(timeline, context, lost, window);
  walk.request(window);
  const segments = walk.segments;
  let at = window.begin;
  for (const segment of segments) {
    const end = at;
    assert(segment.begin === end && segment.end > end, () => `segments do not touch at ${end}: ${segment.begin}..${segment.end} ${segment.class}`);
    at = segment.end;
  }
  assert(at === window.end || (segments.length === 0 && window.end <= window.begin), `segments end at ${at}, the request at ${window.end}`);
  return segments;
}

class Walk {
  readonly segments: Segment[] = [];
  readonly #timeline: Timeline;
  readonly #context: RunnableContext;
  readonly #lost: LostIndex;
  readonly #requestBegin: number;

  constructor(timeline: Timeline, context: RunnableContext, lost: LostIndex, window: RequestWindow) {
    this.#timeline = timeline;
    this.#context = context;
    this.#lost = lost;
    this.#requestBegin = window.begin;
  }

  /** The client's own doing is the answerer's time while it has asked and has no answer; the wait that the answer ends leads there itself. */
  request(window: RequestWindow): void {
    const { thread, begin, end } = window;
    const root: Frame = { depth: 0, via: [], waiting: [] };
    let at = begin;
    const awaited = isOutside(this.#timeline, this.#context, thread) ? awaitedAnswers(this.#timeline, this.#context.service, window) : [];
    for (const { asked, slept, answered, answerer } of awaited) {
      this.explain(thread, at, asked, root);
      const wait: Wait = { thread, class: "blocked-network", begin: asked, end: answered, ...NOT_IN_A_CALL, by: "polled" };
      this.explain(answerer, asked, slept, { depth: 1, via: [wait], waiting: [thread] });
      at = slept;
    }
    this.explain(thread, at, end, root);
  }

  /** Explains [begin, end) of one thread's time line: emits segments that fill it exactly. */
  explain(thread: ThreadIndex, begin: number, end: number, frame: Frame): void {
    if (end <= begin) return;
    if (thread <= 0) return this.#unknown(thread, begin, end, frame, "no thread to follow");
    if (frame.depth > MAX_DEPTH) return this.#unknown(thread, begin, end, frame, "too many waits one behind the other");
    if (this.segments.length > MAX_SEGMENTS) return this.#unknown(thread, begin, end, frame, "path too long");
    const states = this.#timeline.states.of(thread);
    let at = begin;
    for (let row = upperBound(states.end, begin); row < states.length && at < end; row++) {
      const from = Math.max(at, states.start[row] as number);
      const to = Math.min(end, states.end[row] as number);
      if (to <= from) continue;
      if (from > at) this.#unknown(thread, at, from, frame, "outside the recording");
      if (isPollTick(this.#timeline, thread, row)) this.#tick(thread, row, from, to, frame);
      else this.#interval(thread, row, from, to, frame);
      at = to;
    }
    if (at < end) this.#unknown(thread, at, end, frame, "outside the recording");
  }

  #interval(thread: ThreadIndex, row: number, begin: number, end: number, frame: Frame): void {
    const states = this.#timeline.states.of(thread);
    const cpu = states.cpu[row] as number;
    const emit = (from: number, to: number, kind: PathClass, culprit: SegmentCulprit): void => this.#emit(thread, cpu, from, to, kind, culprit, frame);
    switch (states.state[row]) {
      case STATE.running:
        return this.#splitLost(thread, cpu, begin, end, frame, (from, to) => splitRunning(this.#timeline, thread, cpu, from, to, emit));
      case STATE.runnable:
      case STATE.preempted:
        return this.#runnable(thread, row, begin, end, frame);
      case STATE.sleeping:
      case STATE.blocked:
      case STATE.stopped:
        return this.#wait(thread, row, begin, end, frame);
      case STATE.unborn:
      case STATE.dead:
        return this.#byParent(thread, states.state[row] === STATE.dead ? "death" : "birth", begin, end, frame);
      default:
        return this.#splitLost(thread, -1, begin, end, frame, (from, to) => this.#unknown(thread, from, to, frame, "state not known before the first event"));
    }
  }

  #runnable(thread: ThreadIndex, row: number, begin: number, end: number, frame: Frame): void {
    const states = this.#timeline.states.of(thread);
    const cpu = states.cpu[row] as number;
    const emit = (from: number, to: number, kind: PathClass, culprit: SegmentCulprit): void => this.#emit(thread, cpu, from, to, kind, culprit, frame);
    const until = Math.max(
      begin,
      Math.min(end, throttledUntil(this.#timeline, this.#context, thread, cpu, states.start[row] as number, states.end[row] as number)),
    );
    emit(begin, until, "runnable", { kind: "throttled", thread });
    this.#splitLost(thread, cpu, until, end, frame, (from, to) => splitRunnable(this.#timeline, this.#context, thread, cpu, from, to, emit));
  }

  /** A poller's look into its queue belongs to whoever works for it meanwhile, else to itself. */
  #tick(thread: ThreadIndex, row: number, begin: number, end: number, frame: Frame): void {
    const wait: Wait = { thread, class: "blocked-timer", begin, end, ...NOT_IN_A_CALL, by: "polled" };
    const deeper = (other: ThreadIndex, a: number, b: number): void =>
      this.explain(other, a, b, { depth: frame.depth + 1, via: [...frame.via, wait], waiting: [...frame.waiting, thread] });
    this.#polled(thread, begin, end, frame, "any", deeper, (a, b) => this.#interval(thread, row, a, b, frame));
  }

  /** A thread that does not exist yet is waited for by its parent's doing; so is what a request does after its child's end. */
  #byParent(thread: ThreadIndex, when: "birth" | "death", begin: number, end: number, frame: Frame): void {
    const parent = this.#timeline.trace.threads.row(thread).parent;
    if (parent === NO_THREAD || frame.waiting.includes(parent)) {
      return this.#unknown(thread, begin, end, frame, when === "birth" ? "before the thread was born" : "after the thread's end");
    }
    const wait: Wait = { thread, class: "blocked-child", begin, end, ...NOT_IN_A_CALL, by: "birth" };
    this.explain(parent, begin, end, { depth: frame.depth + 1, via: [...frame.via, wait], waiting: [...frame.waiting, thread] });
  }

  #wait(thread: ThreadIndex, row: number, begin: number, end: number, frame: Frame): void {
    const { wakes } = this.#timeline;
    const states = this.#timeline.states.of(thread);
    const edge = states.wake[row] as number;
    const rowBegin = states.start[row] as number;
    const rowEnd = states.end[row] as number;
    const waker = edge < 0 || isToStop(states, row) ? undefined : this.#timeline.wakerOf(edge);
    const stack = this.#timeline.stacks.at(thread, rowBegin) ?? [];
    const syscall = this.#timeline.syscalls.at(thread, rowBegin);
    const kind = classifyWait({ state: states.state[row] as number, syscall, stack, waker });
    const base = {
      thread,
      class: kind.class,
      begin: rowBegin,
      end: rowEnd,
      syscall: syscall?.name,
      stack,
      lock: syscall?.name === "futex" ? syscall.args[0] : undefined,
      fd: syscall !== undefined && FD_CALLS.has(syscall.name) ? syscall.args[0] : undefined,
    };
    const self = (from: number, to: number, culprit: SegmentCulprit, reason?: string): void =>
      this.#emit(thread, -1, from, to, kind.class, culprit, { ...frame, via: [...frame.via, { ...base, by: "wake" }] }, reason);

    if (edge < 0) {
      if (lostIn(this.#lost, undefined, rowBegin, rowEnd).length > 0)
        return this.#emit(thread, -1, begin, end, "lost", { kind: "none" }, frame, "events were lost inside the wait");
      return self(begin, end, { kind: "none" }, rowEnd >= this.#timeline.trace.end ? "still waiting when the recording ended" : "its wake-up was not seen");
    }
    if (kind.class === "blocked-stopped") return self(begin, end, { kind: "thread", thread });
    if (waker === undefined && !kind.isPoll) return self(begin, end, { kind: "none" }, "interrupted by a signal");
    if (kind.class === "reclaim" && waker?.kind !== "thread") return self(begin, end, { kind: "thread", thread, fn: RECLAIM_FUNCTIONS[reclaimOf(stack)] });
    this.#splitReclaim(thread, begin, end, frame, (from, to) =>
      this.#follow({ thread, from, to, waker, kind, base, frame, self, wakerCpu: wakes.cpu[edge] as number, wakerTime: wakes.time[edge] as number }),
    );
  }

  #follow(input: Followed): void {
    const { thread, from, to, waker, kind, base, frame, self, wakerCpu } = input;
    const deeper: Deeper = (other, a, b, by) =>
      this.explain(other, a, b, { depth: frame.depth + 1, via: [...frame.via, { ...base, by }], waiting: [...frame.waiting, thread] });
    switch (waker?.kind) {
      case undefined:
        return this.#polled(thread, from, to, frame, "any", deeper, (a, b) => self(a, b, { kind: "none" }, "interrupted by a signal"));
      case "thread":
        if (waker.deferred !== undefined)
          return this.#deferred(waker.deferred, { ...input, waker: { kind: "thread", thread: waker.thread, network: waker.network } }, deeper);
        if (this.#timeline.workItems.isWorker(waker.thread)) return this.#worker(waker.thread, input, deeper);
        if (waker.thread === thread || timesIn(frame.waiting, waker.thread) > 1) return self(from, to, { kind: "thread", thread: waker.thread });
        // two threads that wait for each other: what the other did itself, but not back again
        if (frame.waiting.includes(waker.thread)) return deeper(waker.thread, from, to, "wake");
        // somebody else's message woke the poller; what the request waits for is the thread that works for it
        if (kind.isPoll && !wasSetGoing(this.#timeline, this.#requestBegin, waker.thread, new Set([...frame.waiting, thread]), to)) {
          return this.#polled(thread, from, to, frame, "ours", deeper, (a, b) => deeper(waker.thread, a, b, "wake"));
        }
        return deeper(waker.thread, from, to, "wake");
      case "timer": {
        if (kind.isPoll) return this.#polled(thread, from, to, frame, "any", deeper, (a, b) => self(a, b, { kind: "timer", thread }));
        if (kind.class === "blocked-lock") {
          const holder = this.#holder(thread, from, to, frame);
          if (holder !== undefined) return deeper(holder, from, to, "holder");
        }
        const due = Math.min(to, Math.max(from, waker.due ?? to));
        self(from, due, { kind: "timer", thread, ...(waker.fn === undefined ? {} : { fn: waker.fn }) });
        return this.#overdue(thread, wakerCpu, due, to, frame);
      }
      case "block": {
        const request = this.#timeline.blockIo.requests[waker.request];
        return self(from, to, { kind: "device", ...(request === undefined ? {} : { detail: `${request.dev >>> 20}:${request.dev & 0xfffff}` }) });
      }
      case "hardirq":
        return self(from, to, { kind: "hardirq", fn: waker.name });
      case "softirq":
        if (waker.deferred !== undefined) return this.#deferred(waker.deferred, { ...input, waker: { kind: "softirq", name: waker.name } }, deeper);
        return self(from, to, waker.name.startsWith("NET_") ? { kind: "network", fn: waker.name } : { kind: "softirq", fn: waker.name });
      default:
        return self(from, to, { kind: "none" }, "woken from the idle context");
    }
  }

  /** A softirq that was left to ksoftirqd: until it was raised as if it had run at once, from then on it is ksoftirqd's. */
  #deferred({ thread, since }: Deferred, input: Followed, deeper: Deeper): void {
    const raised = Math.min(input.to, Math.max(input.from, since));
    if (raised > input.from) this.#follow({ ...input, to: raised });
    if (input.to > raised) deeper(thread, raised, input.to, "wake");
  }

  /** A kernel worker did it: until the work was queued it is the queuer's time, from then on the worker's, whatever it did first. */
  #worker(worker: ThreadIndex, input: Followed, deeper: Deeper): void {
    const { thread, from, to, frame, self, wakerTime } = input;
    const item = this.#timeline.workItems.at(worker, wakerTime);
    const queued = item?.queued;
    const begin = Math.min(to, Math.max(from, queued?.time ?? from));
    if (queued !== undefined && begin > from) {
      if (queued.by <= 0 || queued.by === worker || queued.by === thread || frame.waiting.includes(queued.by))
        self(from, begin, { kind: "work", ...(item?.fn === undefined ? {} : { fn: item.fn }) }, "before the work was queued");
      else deeper(queued.by, from, begin, "wake");
    }
    if (to <= begin) return;
    if (worker === thread || frame.waiting.includes(worker)) return self(begin, to, { kind: "thread", thread: worker });
    deeper(worker, begin, to, "wake");
  }

  /** A timer that should have fired: the CPU took no interrupt, whoever was on it. */
  #overdue(thread: ThreadIndex, cpu: number, due: number, end: number, frame: Frame): void {
    let at = due;
    for (const part of this.#timeline.occupancy.within(cpu, due, end)) {
      if (part.begin > at) this.#unknown(thread, at, part.begin, frame, "outside the recording");
      at = part.end;
      if (part.thread > 0 && !isInKernel(this.#timeline, part.thread, part.begin)) {
        // user space cannot hold interrupts off: firmware, or the host of a virtual machine
        this.#unknown(thread, part.begin, part.end, frame, "its timer was late, and nothing in the recording says why");
        continue;
      }
      const fn = this.#timeline.workItems.mainIn(part.thread, part.begin, part.end)?.fn;
      const culprit: SegmentCulprit = part.thread <= 0 ? { kind: "idle-exit" } : { kind: "irqs-off", thread: part.thread, ...(fn === undefined ? {} : { fn }) };
      this.#emit(thread, cpu, part.begin, part.end, "runnable", culprit, frame);
    }
    if (end > at) this.#unknown(thread, at, end, frame, "outside the recording");
  }

  /** A poll that ended by its own timer: charged to what the poller had delegated, the rest is polling. */
  #polled(
    thread: ThreadIndex,
    from: number,
    to: number,
    frame: Frame,
    who: Delegates,
    deeper: (other: ThreadIndex, a: number, b: number, by: Wait["by"]) => void,
    idle: (a: number, b: number) => void,
  ): void {
    let at = from;
    for (const part of delegationsIn(this.#timeline, thread, from, to, [...frame.waiting, thread], this.#requestBegin, who)) {
      if (part.begin > at) idle(at, part.begin);
      deeper(part.thread, part.begin, part.end, "polled");
      at = part.end;
    }
    if (to > at) idle(at, to);
  }

  /** The thread of the same process that ran for most of a timed lock wait. */
  #holder(thread: ThreadIndex, from: number, to: number, frame: Frame): ThreadIndex | undefined {
    const { trace, states: all } = this.#timeline;
    let best: ThreadIndex | undefined;
    let most = (to - from) * HOLDER_SHARE;
    for (const other of trace.threads.ofProcess(trace.threads.row(thread).pid)) {
      if (other === thread || frame.waiting.includes(other)) continue;
      let ran = 0;
      const states = all.of(other);
      for (let row = upperBound(states.end, from); row < states.length && (states.start[row] as number) < to; row++) {
        if (states.state[row] === STATE.running) ran += Math.min(to, states.end[row] as number) - Math.max(from, states.start[row] as number);
      }
      if (ran > most) {
        most = ran;
        best = other;
      }
    }
    return best;
  }

  #splitReclaim(thread: ThreadIndex, begin: number, end: number, frame: Frame, outside: (from: number, to: number) => void): void {
    let at = begin;
    for (const part of reclaimIn(this.#timeline, thread, begin, end)) {
      if (part.begin > at) outside(at, part.begin);
      this.#emit(thread, -1, part.begin, part.end, "reclaim", { kind: "thread", thread, fn: RECLAIM_FUNCTIONS[part.kind] }, frame);
      at = part.end;
    }
    if (end > at) outside(at, end);
  }

  #splitLost(thread: ThreadIndex, cpu: number, begin: number, end: number, frame: Frame, outside: (from: number, to: number) => void): void {
    let at = begin;
    for (const [from, to] of lostIn(this.#lost, cpu < 0 ? undefined : cpu, begin, end)) {
      if (from > at) outside(at, from);
      this.#emit(thread, cpu, from, to, "lost", { kind: "none" }, frame, "events were lost on this CPU");
      at = to;
    }
    if (end > at) outside(at, end);
  }

  #unknown(thread: ThreadIndex, begin: number, end: number, frame: Frame, reason: string): void {
    this.#emit(thread, -1, begin, end, "unknown", { kind: "none" }, frame, reason);
  }

  #emit(thread: ThreadIndex, cpu: number, begin: number, end: number, kind: PathClass, culprit: SegmentCulprit, frame: Frame, reason?: string): void {
    if (end <= begin) return;
    const segment = { begin, end, class: kind, thread, cpu, depth: frame.depth, culprit, via: frame.via };
    this.segments.push(reason === undefined ? segment : { ...segment, reason });
  }
}

const FD_CALLS = new Set([
  "read",
  "write",
  "readv",
  "writev",
  "pread64",
  "pwrite64",
  "preadv",
  "pwritev",
  "fsync",
  "fdatasync",
  "sendto",
  "recvfrom",
  "sendmsg",
  "recvmsg",
  "ioctl",
  "connect",
  "accept",
  "accept4",
]);
