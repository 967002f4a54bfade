import { describe, expect, it } from "vitest";
import { DEFAULT_SHAPE, recordSize, SubBuffer, type SubBufferShape } from "../../../test/support/sub-buffer.ts";
import { PageCursor } from "./page-cursor.ts";

const BASE = 1_000_000_000_000n;
/** common_type 7, then whatever */
const payload = (size: number, little = true): Uint8Array => {
  const bytes = new Uint8Array(size).fill(0xee);
  new DataView(bytes.buffer).setUint16(0, 7, little);
  return bytes;
};

interface Walked {
  records: { id: number; size: number; time: number }[];
  missed: (number | undefined)[];
  corrupt: { offset: number; what: string }[];
}

function walk(pages: readonly Uint8Array[], options: { shape?: SubBufferShape; base?: bigint; cut?: number; piece?: number } = {}): Walked {
  const { pageSize, longSize, little } = options.shape ?? DEFAULT_SHAPE;
  const all = new Uint8Array(pages.length * pageSize);
  pages.forEach((page, index) => all.set(page, index * pageSize));
  const bytes = all.slice(0, options.cut ?? all.length);
  const base = options.base ?? BASE;
  const step = options.piece ?? (bytes.length || 1);
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => ({
    offset: index * step,
    bytes: bytes.slice(index * step, (index + 1) * step),
  }));
  const walked: Walked = { records: [], missed: [], corrupt: [] };
  const cursor = new PageCursor(
    {
      pieces,
      little,
      layout: { pageSize, longSize, commitOffset: 8, dataOffset: 8 + longSize },
      base: { low: Number(base & 0xffffffffn), high: Number(base >> 32n) },
    },
    { missed: (count) => walked.missed.push(count), corrupt: (offset, what) => walked.corrupt.push({ offset, what }) },
  );
  while (cursor.next()) walked.records.push({ id: cursor.id, size: cursor.size, time: cursor.time });
  return walked;
}

const times = (walked: Walked): number[] => walked.records.map((record) => record.time);
const page = (stamp = BASE): SubBuffer => new SubBuffer(stamp);

describe("PageCursor", () => {
  it.each(Array.from({ length: 28 }, (_, index) => index + 1))("reads type_len %i: a payload of as many words", (typeLength) => {
    const size = typeLength * 4;
    const built = page().header(typeLength, 5).word(7);
    for (let word = 1; word < typeLength; word++) built.word(0xeeeeeeee);
    expect(walk([built.record(3, payload(16)).build()])).toEqual({
      records: [
        { id: 7, size, time: 5 },
        { id: 7, size: 16, time: 8 },
      ],
      missed: [],
      corrupt: [],
    });
  });

  it("reads type_len 0: a payload with its own length, longer than 112 bytes or forced", () => {
    expect(walk([page().record(1, payload(113)).record(2, payload(8), true).record(3, payload(200)).build()]).records).toEqual([
      { id: 7, size: 116, time: 1 },
      { id: 7, size: 12, time: 3 },
      { id: 7, size: 200, time: 6 },
    ]);
  });

  it("rounds a length that is no multiple of 4 up to the next record", () => {
    const built = page()
      .header(0, 1)
      .word(4 + 10)
      .word(7)
      .word(0)
      .word(0)
      .record(2, payload(16));
    expect(walk([built.build()]).records).toEqual([
      { id: 7, size: 10, time: 1 },
      { id: 7, size: 16, time: 3 },
    ]);
  });

  it("lays records out as the kernel does", () => {
    expect([1, 4, 8, 9, 12, 112, 113, 116].map(recordSize)).toEqual([8, 8, 16, 16, 16, 116, 124, 124]);
  });

  it("ends a sub-buffer at padding without delta, and adds a padding with one", () => {
    expect(times(walk([page().record(1, payload(16)).filler().record(9, payload(16)).build()]))).toEqual([1]);
    expect(times(walk([page().record(1, payload(16)).padding(4, 12).record(2, payload(16)).build()]))).toEqual([1, 7]);
  });

  it("adds time extends up to 59 bits", () => {
    const far = 2 ** 40 + 12_345;
    expect(times(walk([page().record(0, payload(16)).extend(far).record(6, payload(16)).build()]))).toEqual([0, far + 6]);
  });

  it("sets absolute stamps", () => {
    expect(
      times(
        walk([
          page()
            .record(1, payload(16))
            .absolute(BASE + 5_000_000_000n)
            .record(2, payload(16))
            .build(),
        ]),
      ),
    ).toEqual([1, 5_000_000_002]);
    // an event that interrupted the clock's update may be older than the one before
    expect(
      times(
        walk([
          page(BASE + 100n)
            .record(0, payload(16))
            .absolute(BASE + 90n)
            .record(0, payload(16))
            .build(),
        ]),
      ),
    ).toEqual([100, 90]);
  });

  it("gives absolute stamps of a clock above 2^59 their top bits back, over a wrap too", () => {
    const tai = 1_796_000_000_000_000_000n;
    expect(
      times(
        walk(
          [
            page(tai)
              .absolute(tai + 77n)
              .record(0, payload(16))
              .build(),
          ],
          { base: tai },
        ),
      ),
    ).toEqual([77]);
    const wrap = 3n << 59n;
    expect(
      times(
        walk(
          [
            page(wrap - 50n)
              .record(0, payload(16))
              .absolute(wrap + 20n)
              .record(1, payload(16))
              .build(),
          ],
          { base: wrap - 50n },
        ),
      ),
    ).toEqual([0, 71]);
  });

  it("keeps every ns of a machine that has been up for longer than 2^53 ns", () => {
    const late = 2n ** 60n + 123_456_789n;
    expect(
      times(
        walk(
          [
            page(late + 1n)
              .record(0, payload(16))
              .build(),
            page(late + 2n ** 33n + 1n)
              .record(0, payload(16))
              .build(),
          ],
          { base: late },
        ),
      ),
    ).toEqual([1, 2 ** 33 + 1]);
  });

  it("tells of missed events, with and without their number", () => {
    expect(
      walk([
        page()
          .record(0, payload(16))
          .build({ missed: { count: 42 } }),
      ]),
    ).toMatchObject({ missed: [42], records: [{ time: 0 }] });
    expect(
      walk([
        page()
          .record(0, payload(16))
          .build({ missed: { count: undefined } }),
      ]),
    ).toMatchObject({ missed: [undefined], records: [{ time: 0 }] });
    expect(
      walk([
        page()
          .record(0, payload(16))
          .build({ missed: { count: 2 ** 33 } }),
      ]).missed,
    ).toEqual([2 ** 33]);
  });

  it("looks at the data bits of the commit word only", () => {
    const image = page().record(4, payload(16)).build();
    new DataView(image.buffer).setUint32(8, 20 | 0x38000000, true);
    expect(walk([image])).toEqual({ records: [{ id: 7, size: 16, time: 4 }], missed: [], corrupt: [] });
  });

  it("never reads behind the commit", () => {
    expect(times(walk([page().record(1, payload(16)).record(1, payload(16)).build({ commit: 20 })]))).toEqual([1]);
    const empty = page().record(1, payload(16)).build({ commit: 0 });
    expect(walk([empty])).toEqual({ records: [], missed: [], corrupt: [] });
  });

  it.each<[string, () => Uint8Array, string]>([
    ["a commit larger than the sub-buffer", () => page().record(1, payload(16)).build({ commit: 4081 }), "4081 bytes"],
    ["a record that reaches over the commit", () => page().record(1, payload(16)).build({ commit: 16 }), "reaches past"],
    ["a long record of no length", () => page().header(0, 1).word(0).word(7).build(), "0 bytes long"],
    ["a long record over the commit", () => page().header(0, 1).word(0xfffffff0).word(7).build(), "bytes long"],
    ["a padding over the commit", () => page().header(29, 1).word(4000).word(0).build(), "padding"],
    ["a padding of no length", () => page().header(29, 1).word(0).word(0).build(), "padding"],
    ["a time extend that is cut off", () => page().header(30, 1).build(), "cut off"],
    ["a lone header", () => page().header(4, 1).build(), "cut off"],
  ])("gives up a sub-buffer with %s and goes on with the next", (_, broken, what) => {
    const walked = walk([
      broken(),
      page(BASE + 50n)
        .record(1, payload(16))
        .build(),
    ]);
    expect(walked.corrupt).toHaveLength(1);
    expect(walked.corrupt[0]?.what).toContain(what);
    expect(walked.corrupt[0]?.offset).toBeLessThan(4096);
    expect(times(walked)).toEqual([51]);
  });

  it("walks a last sub-buffer that is cut off only if all its data is there", () => {
    const last = page(BASE + 9n)
      .record(1, payload(16))
      .build();
    const first = page().record(0, payload(16)).build();
    expect(walk([first, last], { cut: 4096 + 16 + 20 })).toMatchObject({ corrupt: [], records: [{ time: 0 }, { time: 10 }] });
    expect(walk([first, last], { cut: 4096 + 16 + 19 })).toMatchObject({ corrupt: [{ offset: 4096 }], records: [{ time: 0 }] });
    expect(walk([first, last], { cut: 4096 + 3 })).toMatchObject({ corrupt: [{ offset: 4096 }], records: [{ time: 0 }] });
  });

  it("gives the same in pieces", () => {
    const images = Array.from({ length: 5 }, (_, index) =>
      page(BASE + BigInt(index * 100))
        .record(0, payload(16))
        .record(3, payload(113))
        .build(),
    );
    expect(walk(images, { piece: 4096 })).toEqual(walk(images));
    expect(walk(images, { piece: 8192 })).toEqual(walk(images));
  });

  it.each<[string, SubBufferShape]>([
    ["big-endian 64-bit", { pageSize: 4096, longSize: 8, little: false }],
    ["big-endian 32-bit", { pageSize: 4096, longSize: 4, little: false }],
    ["little-endian 32-bit", { pageSize: 4096, longSize: 4, little: true }],
    ["large sub-buffers", { pageSize: 65_536, longSize: 8, little: true }],
  ])("reads %s kernels", (_, shape) => {
    const image = new SubBuffer(BASE + 1n, shape)
      .record(0, payload(16, shape.little))
      .extend(2 ** 30)
      .record(2, payload(120, shape.little))
      .absolute(BASE + 2n ** 36n)
      .record(4, payload(16, shape.little))
      .build({ missed: { count: 9 } });
    expect(walk([image], { shape })).toEqual({
      corrupt: [],
      missed: [9],
      records: [
        { id: 7, size: 16, time: 1 },
        { id: 7, size: 120, time: 2 ** 30 + 3 },
        { id: 7, size: 16, time: 2 ** 36 + 4 },
      ],
    });
  });
});
