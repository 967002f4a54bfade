/** Was a thread inside a call on a GPU device, and was that device opened just then? By descriptor: names of devices are in the samples. */
import type { Segment } from "../critical-path/index.ts";
import { openedFiles } from "../facts/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { Syscall } from "../timeline/index.ts";
import { callsIn, shareInCalls } from "./calls.ts";
import type { RuleContext } from "./define-rule.ts";

export const GPU_DEVICE = /^\/dev\/(nvidia|dri\/|kfd|mali|apex_|accel\/|habanalabs)/;
const GPU_DRIVER = /^(nvidia|nv_|nvkms|amdgpu|amdkfd|kfd_|i915_|xe_|drm_|dma_fence|radeon)/;
const GPU_INTERRUPT = /nvidia|amdgpu|i915|\bxe\b|kfd/i;
const OPENS = new Set(["open", "openat"]);

export interface GpuCall {
  readonly thread: ThreadIndex;
  readonly device: string | undefined;
  /** the device was opened inside the request: the driver's state for this process is new */
  readonly isNew: boolean;
}

/** The part of a segment, 0 to 1, that was spent in GPU calls of this kind. */
export function gpuShare(segment: Segment, context: RuleContext, isNew: boolean): number {
  if (segment.class !== "running") return gpuCall(segment, context)?.isNew === isNew ? 1 : 0;
  return shareInCalls(context.run, segment, (call) => asGpuCall(segment.thread, call, context)?.isNew === isNew);
}

/** The call that this segment's time belongs to: its own, when running; the outermost wait's in such a call otherwise. */
export function gpuCall(segment: Segment, context: RuleContext): GpuCall | undefined {
  if (segment.class === "running") return runningCall(segment, context);
  for (const wait of segment.via) {
    const call = callAt(wait.thread, wait.begin, context);
    if (call !== undefined) return call;
    if (wait.stack.some((name) => GPU_DRIVER.test(name))) return { thread: wait.thread, device: undefined, isNew: false };
  }
  if (segment.culprit.kind === "hardirq" && GPU_INTERRUPT.test(segment.culprit.fn ?? ""))
    return { thread: segment.thread, device: segment.culprit.fn, isNew: false };
  return undefined;
}

/** The first GPU call that the running thread is in. */
function runningCall({ thread, begin, end }: Segment, context: RuleContext): GpuCall | undefined {
  let found: GpuCall | undefined;
  callsIn(context.run, thread, begin, end, (call) => {
    found ??= asGpuCall(thread, call, context);
    return false;
  });
  return found;
}

function callAt(thread: ThreadIndex, time: number, context: RuleContext): GpuCall | undefined {
  const call = thread > 0 ? context.run.timeline.syscalls.at(thread, time) : undefined;
  return call === undefined ? undefined : asGpuCall(thread, call, context);
}

function asGpuCall(thread: ThreadIndex, call: Syscall, context: RuleContext): GpuCall | undefined {
  const { run } = context;
  if (thread <= 0) return undefined;
  const { pid } = run.timeline.trace.threads.row(thread);
  if (OPENS.has(call.name) && call.ret !== undefined && call.ret >= 0) {
    const device = gpuDevice(run.descriptors[`${pid}/${call.ret}`]);
    return device === undefined ? undefined : { thread, device, isNew: true };
  }
  const [fd] = call.args;
  const device = call.name === "ioctl" || call.name === "mmap" ? gpuDevice(run.descriptors[`${pid}/${call.name === "mmap" ? call.args[4] : fd}`]) : undefined;
  return device === undefined ? undefined : { thread, device, isNew: openedInRequest(pid, call.name === "mmap" ? call.args[4] : fd, context) };
}

const gpuDevice = (name: string | undefined): string | undefined => (name !== undefined && GPU_DEVICE.test(name) ? name : undefined);

const openedInRequest = (pid: number, fd: number | undefined, { run, request }: RuleContext): boolean =>
  run.get(openedFiles).some((file) => file.pid === pid && file.fd === fd && file.start >= request.window.begin && file.end <= request.window.end);
