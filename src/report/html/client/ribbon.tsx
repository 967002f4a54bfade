/** One row of coloured strips, as wide as the request. Drawn as SVG, so that it prints as sharp as it shows. */
import { useState } from "preact/hooks";

export interface RibbonStrip {
  /** cells */
  readonly from: number;
  readonly to: number;
  readonly color: string;
  /** written into the strip where it has room; "" = nothing */
  readonly label: string;
  readonly title: string;
  /** pale: its label is written in ink */
  readonly isPale?: boolean;
}

export interface RibbonProps {
  readonly name: string;
  readonly strips: readonly RibbonStrip[];
  readonly cells: number;
  readonly isTall?: boolean;
  readonly durationNs?: number;
  /** what is at this time of the request, in words */
  readonly describe?: (at: number) => string;
  readonly pick?: (at: number) => void;
  readonly marked?: { readonly from: number; readonly to: number } | undefined;
  readonly fact?: string;
}

/** of the width, below which a label has no room */
const LABEL_FROM = 0.09;

export function Ribbon({ name, strips, cells, isTall, durationNs = 0, describe, pick, marked, fact }: RibbonProps) {
  const [told, setTold] = useState<{ readonly text: string; readonly left: number }>();
  const timeOf = (event: MouseEvent): { at: number; left: number } => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const left = (event.clientX - box.left) / box.width;
    return { at: Math.min(durationNs - 1, Math.max(0, left * durationNs)), left };
  };
  return (
    <div class={`ribbon${isTall === true ? " tall" : ""}`} data-fact={fact}>
      <span class="name" title={name}>
        {name}
      </span>
      <span
        class="strips"
        {...(describe === undefined
          ? {}
          : {
              onMouseMove: (event: MouseEvent) => {
                const { at, left } = timeOf(event);
                setTold({ text: describe(at), left });
              },
              onMouseLeave: () => setTold(undefined),
            })}
        {...(pick === undefined ? {} : { onClick: (event: MouseEvent) => pick(timeOf(event).at) })}
      >
        <svg viewBox={`0 0 ${cells} 10`} preserveAspectRatio="none" aria-hidden="true">
          {strips.map(({ from, to, color, title }, index) => (
            <rect key={index} x={from} y={0} width={Math.max(0.6, to - from)} height={10} style={{ fill: color }}>
              {title === "" ? null : <title>{title}</title>}
            </rect>
          ))}
          {marked === undefined ? null : <rect class="marked" x={marked.from} y={0} width={Math.max(1, marked.to - marked.from)} height={10} />}
        </svg>
        {strips
          .filter(({ from, to, label }) => label !== "" && (to - from) / cells >= LABEL_FROM)
          .map(({ from, to, label, isPale }) => (
            <span
              key={from}
              class={isPale === true ? "label phase" : "label"}
              style={{ left: `${(100 * from) / cells}%`, width: `${(100 * (to - from)) / cells}%` }}
            >
              {label}
            </span>
          ))}
        {told === undefined ? null : (
          <span class="tip" role="status" style={{ left: `${Math.min(75, told.left * 100)}%` }}>
            {told.text}
          </span>
        )}
      </span>
    </div>
  );
}
