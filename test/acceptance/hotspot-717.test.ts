/** https://github.com/KDAB/hotspot/issues/717 : softirq work done inside system calls is invisible: 65 % CPU shown, 35 % missing. */
import { describe, expect, it } from "vitest";
import { diagnosisOf, drawService, NR, SERVICE, spentIn, US } from "./service-scene.ts";

const NET_RX = 3;
const PACKETS = 100;

describe("hotspot 717: a forwarder that never sleeps, with 35 % of its time in softirqs inside sendto", () => {
  const { explain } = drawService(
    2,
    [],
    [
      {
        at: 1000,
        took: 100_080,
        work: (drawn, begin) => {
          // each packet: 1 ms, of it 600 us in sendto, of that 350 us receiving in softirq
          for (let packet = 0; packet < PACKETS; packet++) {
            const at = begin + 50 + packet * 1000;
            drawn.syscall(SERVICE, 1, at + 200, at + 800, NR.sendto, [5]).softirq(1, at + 300, at + 650, NET_RX);
          }
        },
      },
    ],
  );
  const result = explain();

  it("accounts for the softirqs apart from the service's own running: 35 of 100 ms", () => {
    // and 2 us of the client's own loopback receive before
    expect(spentIn(result, "softirq")).toBe((PACKETS * 350 + 2) * US);
    const share = spentIn(result, "softirq") / (result.requests[0]?.durationNs ?? 1);
    expect(share).toBeGreaterThanOrEqual(0.3);
    expect(spentIn(result, "running")).toBeLessThan(66_000 * US);
  });

  it("names softirq-load with that cost, and the vector", () => {
    expect(result.verdict).toMatchObject({ cause: "softirq-load", culprit: { kind: "softirq", function: "NET_RX" } });
    expect(diagnosisOf(result, "softirq-load").costNs).toBe((PACKETS * 350 + 2) * US);
  });
});
