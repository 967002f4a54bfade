/** Builds capture-child.ts to run as a program of its own. */
import { build } from "esbuild";
import { resolve } from "node:path";

/** Inside dist/, from where the drain worker is found. Each caller has its own file: suites run side by side. */
export async function buildCaptureChild(name: string): Promise<string> {
  const outfile = resolve("dist", `capture-child-${name}.mjs`);
  const common = { bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "warning" } as const;
  await build({ ...common, entryPoints: ["test/support/capture-child.ts"], outfile });
  return outfile;
}
