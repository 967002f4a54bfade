/** What do the commands say besides the report? English and Chinese side by side; parameters are made printable by fill(). */
import { fill, type Language, type MessageParams } from "../report/index.ts";

const TEXTS = {
  "progress.prepare": ["looking at the machine", "正在检查本机"],
  "progress.arm": ["arming the trace", "正在启动跟踪"],
  "progress.warmup": ["warming up", "正在预热"],
  "progress.request": ["request {index} of {count}", "请求 {index}/{count}"],
  "progress.record": ["recording for {seconds} s", "正在记录 {seconds} 秒"],
  "progress.read": ["reading the recording", "正在读取记录"],
  "progress.explain": ["explaining", "正在分析"],
  "export.in-part": [
    "the recording is large: only {seconds} s of it, around its requests, were read and are written",
    "记录很大：只读取并写出了其中请求前后的 {seconds} 秒",
  ],
  "progress.service": ["starting the demo service", "正在启动演示服务"],
  kept: ["recording kept in {directory}", "记录保存在 {directory}"],
  "bundle.problem": ["the recording is damaged: {problem}", "记录已损坏：{problem}"],
  "summary.no-request": ["No request was found in this recording, so there is nothing to explain.", "记录中没有找到请求，因此没有可以解释的内容。"],
  "summary.how": [
    "Say where it is: --begin REGEX --end REGEX on marker text, or --thread TID --from T --to T.",
    "请指明请求的位置：用 --begin REGEX --end REGEX 匹配标记文本，或用 --thread TID --from T --to T。",
  ],
  "summary.holds": ["What it holds", "记录的内容"],
  "summary.span": [
    "{duration} on {cpus} CPUs, {events} events, clock {clock}, from {from} to {to} s",
    "{cpus} 个 CPU 上的 {duration}，{events} 个事件，时钟 {clock}，从 {from} 到 {to} s",
  ],
  "summary.latency": [
    "the tracer {tracer} found {ms} on CPU {cpu}, in {task}, from {from} to {to}",
    "跟踪器 {tracer} 在 CPU {cpu} 上发现 {ms}，任务 {task}，从 {from} 到 {to}",
  ],
  "summary.latency-wakeup": ["the tracer {tracer} found {ms} on CPU {cpu}, for {task}", "跟踪器 {tracer} 在 CPU {cpu} 上发现 {ms}，任务 {task}"],
  "summary.latency-stack": ["stack at its end: {stack}", "结束时的调用栈：{stack}"],
  "summary.lost": ["events were lost in {count} places", "有 {count} 处丢失事件"],
  "summary.events": ["events: {list}", "事件：{list}"],
  "summary.more": ["and {count} more kinds", "以及另外 {count} 种"],
  "summary.busiest": ["busiest threads", "最忙的线程"],
  "summary.no-switches": ["no sched_switch events: a request cannot be explained from this recording", "没有 sched_switch 事件：无法用这份记录解释请求"],
  "summary.markers": ["{count} markers, e.g.", "{count} 条标记，例如"],
  "summary.no-markers": ["no markers (trace_marker)", "没有标记（trace_marker）"],
  "tracer.sched-switch": [
    "sched_switch is no tracer of today's kernels but the event sched:sched_switch, which is always recorded, with everybody who held a CPU",
    "在现今的内核中 sched_switch 不是跟踪器，而是事件 sched:sched_switch；它总被记录，并包含占用过 CPU 的所有线程",
  ],
  "causes.detected": ["found", "可发现"],
  "causes.not-yet": ["not yet detected", "尚不能发现"],
  "causes.more": ["More about one: stallscope causes --explain ID", "查看某个原因：stallscope causes --explain ID"],
  "explain.signature": ["how it shows", "表现"],
  "explain.not-this": ["what it is not", "不是什么"],
  "explain.events": ["needs", "需要"],
  "explain.optional": ["sharper with", "有则更准"],
  "explain.thresholds": ["thresholds", "阈值"],
  "explain.sources": ["sources", "来源"],
  "explain.needs-hardware": ["only on machines with", "仅适用于具备"],
  "explain.remedies": ["remedies", "对策"],
  "explain.undo": ["undo: {command}", "撤销：{command}"],
  "explain.verify": ["helped when: {what}", "见效的标志：{what}"],
  "explain.stacks": ["kernel stacks", "内核调用栈"],
  "group.cpu": ["CPU", "CPU"],
  "group.kernel-section": ["kernel sections", "内核临界区"],
  "group.memory": ["memory", "内存"],
  "group.storage": ["storage and logs", "存储与日志"],
  "group.waiting": ["waiting on others", "等待他者"],
  "group.hardware": ["hardware and host", "硬件与主机"],
  "group.gpu": ["GPU and model", "GPU 与模型"],
  "group.application": ["none of the above", "以上都不是"],
  "janitor.removed": ["removed {what}", "已删除 {what}"],
  "janitor.nothing": ["Nothing was left behind.", "没有遗留物。"],
  "janitor.stuck": ["could not remove {what}: somebody has it open", "无法删除 {what}：有程序正打开它"],
  "janitor.live": ["left alone {what}: its run is still going on", "未处理 {what}：它所属的运行仍在进行"],
  "janitor.spool": ["an unfinished recording is in {what}: remove it when you do not need it", "{what} 中有一份未完成的记录：不需要时请删除"],
  "demo.check": ["Check against what was really done", "与实际所做的对照"],
  "demo.injected": ["injected into request {request}: {describe}", "注入到请求 {request}：{describe}"],
  "demo.culprit-right": ["culprit: {named} was named, {injected} was injected: right", "肇因：判断为 {named}，注入的是 {injected}：正确"],
  "demo.culprit-wrong": ["culprit: {named} was named, {injected} was injected: WRONG", "肇因：判断为 {named}，注入的是 {injected}：错误"],
  "demo.cause-right": ["cause: {named}: right", "原因：{named}：正确"],
  "demo.cause-wrong": ["cause: {named} was named, {expected} is right: WRONG", "原因：判断为 {named}，应为 {expected}：错误"],
  "demo.request-wrong": ["request: {named} was named, {expected} was disturbed: WRONG", "请求：判断为 {named}，被干扰的是 {expected}：错误"],
  "demo.cost": [
    "cost: {cost} by the trace; the thread that served it, {tid}, waited {waited} for a CPU by /proc/PID/task/{tid}/schedstat",
    "代价：跟踪得出 {cost}；/proc/PID/task/{tid}/schedstat 显示处理该请求的线程 {tid} 等待 CPU {waited}",
  ],
  "demo.tracefs-same": ["tracefs: the same before and after", "tracefs：前后一致"],
  "demo.tracefs-changed": ["tracefs: CHANGED: {what}", "tracefs：有变化：{what}"],
  "demo.right": ["The verdict is right.", "判断正确。"],
  "demo.wrong": ["The verdict is WRONG.", "判断错误。"],
  "demo.replay": [
    "{why}[ ({hint})]. Replaying a recording of the same demo instead, made on {date}, Linux {kernel}, {cpus} CPUs.",
    "{why}[（{hint}）]。改为回放同一演示的记录，录制于 {date}，Linux {kernel}，{cpus} 个 CPU。",
  ],
} as const satisfies Record<string, readonly [en: string, zh: string]>;

export type CliMessageKey = keyof typeof TEXTS;

export function say(lang: Language, key: CliMessageKey, params: MessageParams = {}): string {
  const [en, zh] = TEXTS[key];
  return fill(lang === "zh" ? zh : en, params);
}
