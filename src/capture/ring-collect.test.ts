import { expect, it } from "vitest";
import type { PrivateInstance } from "./private-instance.ts";
import { collectRing } from "./ring-collect.ts";

it("opens nothing of an instance that was released meanwhile, by a second Ctrl-C: open pipes would keep it there", () => {
  const opened: string[] = [];
  const released = {
    path: "/nonexistent",
    get tracingOnFd(): number {
      throw new Error("the instance is not armed");
    },
    openPipes: () => (opened.push("pipes"), []),
  };
  expect(() => collectRing("osnoise", released as unknown as PrivateInstance, 4096, "/nonexistent", 4096)).toThrow("not armed");
  expect(opened).toEqual([]);
});
