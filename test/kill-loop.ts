/** F01, many times: node scripts/run-ts.js test/kill-loop.ts [KILLS] prints the figures. */
import { buildCaptureChild } from "./support/build-capture-child.ts";
import { killLoop } from "./support/kill-loop.ts";
import { generator } from "./support/random-rows.ts";

const file = await buildCaptureChild("kill-loop");
console.log(await killLoop({ kills: Number(process.argv[2] ?? 200), file, maxDelayMs: 1200, random: generator(Date.now() % 100_000) }));
