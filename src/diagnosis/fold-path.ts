/**
 * How does a path of a hundred thousand pieces stay readable, and its document below the size that a string can have? A
 * flood of interrupts cuts a request into pieces of microseconds: neighbours that are all shorter than the least length
 * that brings the path under the limit become one piece, which shows the longest of them and says how many it stands for.
 * The account and the causes are computed from the pieces themselves.
 */
import type { Segment } from "../critical-path/index.ts";

/** Ten thousand entries are some 10 MB of JSON, and more than anybody scrolls through. */
export const MAX_PATH_ENTRIES = 10_000;

export interface PathPiece {
  readonly segment: Segment;
  readonly begin: number;
  readonly end: number;
  /** how many pieces this one stands for; 1 = itself */
  readonly folded: number;
}

export function foldPath(pieces: readonly PathPiece[], limit = MAX_PATH_ENTRIES): readonly PathPiece[] {
  let folded = pieces;
  for (let least = 1024; folded.length > limit && least < Number.MAX_SAFE_INTEGER; least *= 2) folded = foldBelow(pieces, least);
  return folded;
}

function foldBelow(pieces: readonly PathPiece[], least: number): PathPiece[] {
  const folded: PathPiece[] = [];
  let longest = 0;
  for (const piece of pieces) {
    const length = piece.end - piece.begin;
    const last = folded.at(-1);
    if (last === undefined || longest >= least || length >= least) {
      folded.push(piece);
      longest = length;
      continue;
    }
    folded[folded.length - 1] = {
      segment: length > longest ? piece.segment : last.segment,
      begin: last.begin,
      end: piece.end,
      folded: last.folded + piece.folded,
    };
    longest = Math.max(longest, length);
  }
  return folded;
}
