// Draws what a terminal showed, as SVG: usage: FORCE_COLOR=1 COMMAND | node scripts/terminal-picture.js 'PROMPT LINE' > docs/demo.svg
import { readFileSync } from "node:fs";

const COLORS = { 30: "#484f58", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#c9d1d9", 90: "#8b949e" };
const CELL = { width: 8.4, height: 18 };
const PAD = 16;

/** No-break spaces: browsers of 2026 no longer know xml:space, and join spaces. */
const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(" ", "\u00a0");

/** Runs of text with one style. */
function* runs(line) {
  let style = {};
  let column = 0;
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const sgr = /^\u001b\[([\d;]*)m$/.exec(part);
    if (sgr === null) {
      if (part !== "") yield { ...style, text: part, column };
      column += [...part].length;
      continue;
    }
    for (const code of sgr[1].split(";").map(Number)) {
      if (code === 0) style = {};
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 2) style = { ...style, dim: true };
      else if (code === 22) style = { ...style, bold: false, dim: false };
      else if (code === 39) style = { ...style, color: undefined };
      else if (COLORS[code] !== undefined) style = { ...style, color: COLORS[code] };
    }
  }
}

const lines = [`$ ${process.argv[2] ?? ""}`, ...readFileSync(0, "utf8").replace(/\n$/, "").split("\n")];
const plain = lines.map((line) => line.replace(/\u001b\[[\d;]*m/g, ""));
const columns = Math.max(...plain.map((line) => [...line].length));
const [width, height] = [Math.ceil(columns * CELL.width) + 2 * PAD, lines.length * CELL.height + 2 * PAD];
const body = lines.map((line, row) =>
  [...runs(line)]
    .map(({ text, column, color = "#c9d1d9", bold, dim }) => {
      const length = [...text].length * CELL.width;
      return `<text x="${(PAD + column * CELL.width).toFixed(1)}" y="${PAD + (row + 0.75) * CELL.height}" textLength="${length.toFixed(1)}" fill="${dim ? "#8b949e" : color}"${bold ? ' font-weight="bold"' : ""}>${escapeXml(text)}</text>`;
    })
    .join(""),
);
process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14"><rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${body.join("\n")}
</svg>
`);
