/**
 * A Node service of two stages: the libuv pool reads a file and stretches a key, then a worker thread hashes; about 150 ms a request.
 * One request at a time, as a page of a model does. Same commands as control.py, as far as Node can do them.
 * usage: node-pool.mjs PORT CONTROL FOLDER [FRONT_PID]     prints `READY {json}` when the port answers
 */
import { spawnSync } from "node:child_process";
import { createHash, pbkdf2 } from "node:crypto";
import * as fs from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, get } from "node:http";
import net from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const stretch = promisify(pbkdf2);
/** measured on a core of 2024: 70 ms of each */
const ITERATIONS = 300_000;
const HASHES = 480;
const ITERATIONS_PER_MS = 4300;
const BLOCK = Buffer.alloc(256 * 1024, "stall");

const now = () => Number(process.hrtime.bigint());
/** The link is read by the thread that asks. */
const gettid = () => Number(fs.readlinkSync("/proc/thread-self").split("/").at(-1));
const schedstat = (path) => fs.readFileSync(`/proc/${path}/schedstat`, "utf8").split(" ").map(Number);
const nameThread = (name) => name && fs.writeFileSync("/proc/thread-self/comm", name);
/** Word 0: 1 while somebody holds the model's lock. */
function lock(words) {
  while (Atomics.compareExchange(words, 0, 0, 1) !== 0) Atomics.wait(words, 0, 1);
}
function unlock(words) {
  Atomics.store(words, 0, 0);
  Atomics.notify(words, 0, 1);
}
function burn(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until) createHash("sha256").update(BLOCK).digest();
}

let weights;

const FAULTS = {
  read: (path) => {
    const file = fs.openSync(path, "r");
    const part = Buffer.alloc(1 << 20);
    let bytes = 0;
    for (let count; (count = fs.readSync(file, part, 0, part.length, null)) > 0;) bytes += count;
    fs.closeSync(file);
    return { bytes };
  },
  fsync: (path, count) => put(path, Number(count), true),
  sync: (path) => {
    const file = fs.openSync(path, "r+");
    fs.writeSync(file, BLOCK, 0, 4096);
    const began = now();
    fs.fsyncSync(file);
    const syncNs = now() - began;
    fs.closeSync(file);
    return { syncNs };
  },
  write: (path, count) => put(path, Number(count), false),
  spawn: (count, program, ...args) => {
    let failed = 0;
    for (let made = 0; made < Number(count); made++) failed += spawnSync(program, args, { stdio: "ignore" }).status === 0 ? 0 : 1;
    return { children: Number(count), failed };
  },
  sleep: (ms) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
    return {};
  },
  upstream: (url) =>
    new Promise((resolve, reject) => {
      get(url, { agent: false }, (answer) => answer.resume().once("end", () => resolve({ status: answer.statusCode }))).once("error", reject);
    }),
  log: (count) => {
    for (let at = 0; at < Number(count); at += 1024) fs.writeSync(1, `${".".repeat(Math.min(1024, Number(count) - at) - 1)}\n`);
    return { bytes: Number(count) };
  },
  alloc: (count) => {
    const fresh = new Uint8Array(Number(count));
    for (let at = 0; at < fresh.length; at += 4096) fresh[at] = 1;
    return { bytes: fresh.length };
  },
  load: (path) => {
    weights = fs.readFileSync(path);
    return { bytes: weights.length };
  },
};

function put(path, count, isSynced) {
  const file = fs.openSync(path, "w");
  for (let at = 0; at < count; at += BLOCK.length) fs.writeSync(file, BLOCK, 0, Math.min(BLOCK.length, count - at));
  const began = now();
  if (isSynced) fs.fsyncSync(file);
  const syncNs = now() - began;
  fs.closeSync(file);
  return isSynced ? { bytes: count, syncNs } : { bytes: count };
}

async function perform([name, ...args]) {
  const begin = now();
  const details = await FAULTS[name](...args);
  return { begin, end: now(), tid: gettid(), details };
}

const reading = ({ watched, front }) => ({
  at: now(),
  frontWait: front.reduce((sum, tid) => sum + schedstat(tid)[1], 0),
  watchedCpu: watched.reduce((sum, tid) => sum + schedstat(tid)[0], 0),
});

/** The worker thread: second half of a request. */
function serveModel({ words }) {
  const modelLock = new Int32Array(words);
  parentPort.on("message", async (order) => {
    const begin = reading(order);
    const [onCpu, waited] = schedstat("thread-self");
    const wantedLock = now();
    lock(modelLock);
    const gotLock = now();
    let digest;
    let fault;
    try {
      fault = order.fault === undefined ? undefined : await perform(order.fault);
      const hash = createHash("sha256");
      for (let round = 0; round < HASHES; round++) hash.update(BLOCK);
      digest = hash.digest("hex");
    } catch (error) {
      parentPort.postMessage({ error: String(error) });
      return;
    } finally {
      unlock(modelLock);
    }
    const [onCpuAfter, waitedAfter] = schedstat("thread-self");
    const call = { tid: gettid(), begin, end: reading(order), wantedLock, gotLock, cpuNs: onCpuAfter - onCpu, waitNs: waitedAfter - waited };
    parentPort.postMessage({ digest, call, fault });
  });
  parentPort.postMessage({ tid: gettid() });
}

/** A sibling that holds the lock: says when it begins and when it is over. */
function holdLock({ words, ms, isBusy, name }) {
  const modelLock = new Int32Array(words);
  nameThread(name);
  parentPort.once("message", () => {
    lock(modelLock);
    parentPort.postMessage({ at: now(), tid: gettid() });
    if (isBusy) burn(ms);
    else FAULTS.sleep(ms);
    const released = now();
    unlock(modelLock);
    parentPort.postMessage({ at: released, tid: gettid() });
    parentPort.close();
  });
  parentPort.postMessage({ ready: true });
}

const message = (worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));

async function serve() {
  const [port, control, folder, front] = process.argv.slice(2);
  const words = new SharedArrayBuffer(4);
  const worker = new Worker(new URL(import.meta.url), { workerData: { role: "model", words } });
  const { tid: workerTid } = await message(worker);
  const prompt = join(folder, "prompt.bin");
  await writeFile(prompt, Buffer.alloc(256 * 1024, "prompt"));
  const frontTids = [...(front === undefined ? [] : [Number(front)]), process.pid];
  const state = { armed: undefined, fault: undefined, watched: [], calls: [] };
  let queue = Promise.resolve();

  /** The first half runs in the libuv pool; `threads N MS [_]` adds N jobs of MS to it, and all are waited for. */
  async function pooled(extra) {
    const begin = now();
    await Promise.all(Array.from({ length: extra.count }, () => stretch("more", "salt", Math.round(extra.ms * ITERATIONS_PER_MS), 32, "sha256")));
    return { begin, end: now(), tid: process.pid, details: { threads: extra.count } };
  }

  async function compute(arrived) {
    const armed = state.armed;
    state.armed = undefined;
    // the libuv pool computes too: a neighbour's time counts from here
    const begin = reading({ watched: state.watched, front: frontTids });
    let fault;
    if (armed?.[0] === "threads") fault = await pooled({ count: Number(armed[1]), ms: Number(armed[2]) });
    const key = await stretch(await readFile(prompt), "salt", ITERATIONS, 32, "sha256");
    const answer = message(worker);
    worker.postMessage({ fault: fault === undefined ? armed : undefined, watched: state.watched, front: frontTids });
    const done = await answer;
    if (done.error !== undefined) throw new Error(done.error);
    state.fault = done.fault ?? fault ?? state.fault;
    state.calls = [...state.calls.slice(-15), { ...done.call, arrived, begin }];
    return `${key.toString("hex").slice(0, 8)} ${done.digest}`;
  }

  const server = createServer((_, response) => {
    const arrived = now();
    const answer = queue.then(() => compute(arrived));
    queue = answer.catch(() => undefined);
    answer.then(
      (digest) => response.end(JSON.stringify({ digest })),
      (error) => response.writeHead(500).end(String(error)),
    );
  });

  async function beside([kind, ms, name], say) {
    if (kind === "loop-block") {
      say({ at: now(), tid: process.pid });
      burn(Number(ms));
      say({ at: now(), tid: process.pid });
      return;
    }
    if (kind !== "lock" && kind !== "lock-busy") return say({ error: `this service cannot do ${kind}` });
    const sibling = new Worker(new URL(import.meta.url), { workerData: { role: "holder", words, ms: Number(ms), isBusy: kind === "lock-busy", name } });
    await message(sibling);
    const first = message(sibling);
    sibling.postMessage("go");
    say(await first);
    say(await message(sibling));
  }

  const obey = {
    info: () => ({
      pid: process.pid,
      pids: [process.pid],
      frontTids,
      workerTid,
      faults: [...Object.keys(FAULTS), "threads"],
      beside: ["lock", "lock-busy", "loop-block"],
    }),
    arm: (args) => {
      state.armed = args;
      state.fault = undefined;
      return {};
    },
    fault: () => state.fault ?? { error: "no fault has run since the last was armed" },
    calls: () => state.calls,
    watch: (args) => {
      state.watched = args.map(Number);
      return {};
    },
  };

  net
    .createServer((socket) => {
      const say = (value) => socket.write(`${JSON.stringify(value)}\n`);
      socket.on("error", () => undefined);
      createInterface({ input: socket }).on("line", (line) => {
        const [command, ...args] = JSON.parse(line);
        if (command === "beside") void beside(args, say);
        else say(obey[command]?.(args) ?? { error: `unknown command ${command}` });
      });
    })
    .listen(control);
  await new Promise((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
  process.stdout.write(`READY ${JSON.stringify({ pid: process.pid })}\n`);
}

if (isMainThread) await serve();
else if (workerData.role === "model") serveModel(workerData);
else holdLock(workerData);
