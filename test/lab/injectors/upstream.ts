/** The service asks another process of this machine inside a request, and that one answers late. */
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { programPath, startHelper } from "./own-helper.ts";

export interface UpstreamOptions {
  readonly ms: number;
  /** what the other process does meanwhile */
  readonly doing: "sleeping" | "computing";
  /** its comm */
  readonly name: string;
}

export const upstream =
  ({ ms, doing, name }: UpstreamOptions): Injector =>
  async (service) => {
    requireFault(service, "upstream");
    // not on the service's CPU: it answers late, it takes nothing away
    const cpu = service.cpu === 0 ? undefined : 0;
    const helper = await startHelper(["/usr/bin/python3", programPath("upstream-server.py"), name], { cpu, diesWithUs: true });
    const { port } = (await helper.ask("port")) as { port: number };
    return {
      begin: () => service.arm("upstream", `http://127.0.0.1:${port}/?ms=${ms}&doing=${doing}`),
      end: async () => ({
        causes: ["upstream-dependency"],
        culprits: [{ tid: helper.pid, comm: name }],
        costNs: spanOf(await service.lastFault()),
        costOf: "verdict",
        how: "the service's own clock around the call",
      }),
      dispose: () => helper.close(),
    };
  };
