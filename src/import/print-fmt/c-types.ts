/** How wide is a C type of the kernel, and has it a sign? Only what changes a value: qualifiers and annotations do not. */

export interface IntType {
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

export type CType =
  | { readonly kind: "int"; readonly type: IntType }
  | { readonly kind: "bool" }
  /** `to` undefined: to a structure, or to void */
  | { readonly kind: "pointer"; readonly to: IntType | undefined }
  /** a typedef that is not known: its values stay as they are */
  | { readonly kind: "other" };

export const S32: IntType = { bits: 32, signed: true };
export const U32: IntType = { bits: 32, signed: false };
export const S64: IntType = { bits: 64, signed: true };
export const U64: IntType = { bits: 64, signed: false };
export const U8: IntType = { bits: 8, signed: false };
export const longType = (longSize: 4 | 8, signed: boolean): IntType => ({ bits: longSize === 8 ? 64 : 32, signed });

const IGNORED: ReadonlySet<string> = new Set([
  "const",
  "volatile",
  "register",
  "static",
  "__force",
  "__user",
  "__iomem",
  "__kernel",
  "__percpu",
  "__bitwise",
  "__nocast",
  "__rcu",
  "__seg_gs",
]);
const BASE: ReadonlySet<string> = new Set(["int", "long", "short", "char", "void", "unsigned", "signed", "bool", "_Bool"]);

/** include/linux/types.h, include/uapi/asm-generic/posix_types.h; `long` = kernel long */
const TYPEDEFS: Readonly<Record<string, readonly [bits: 16 | 32 | 64 | "long", signed: boolean]>> = {
  uint: [32, false],
  ulong: ["long", false],
  ushort: [16, false],
  size_t: ["long", false],
  ssize_t: ["long", true],
  uintptr_t: ["long", false],
  loff_t: [64, true],
  off_t: ["long", true],
  sector_t: [64, false],
  blkcnt_t: [64, false],
  dev_t: [32, false],
  gfp_t: [32, false],
  pid_t: [32, true],
  uid_t: [32, false],
  gid_t: [32, false],
  umode_t: [16, false],
  mode_t: [32, false],
  fmode_t: [32, false],
  blk_opf_t: [32, false],
  ino_t: ["long", false],
  pgoff_t: ["long", false],
  vm_flags_t: ["long", false],
  dma_addr_t: [64, false],
  phys_addr_t: [64, false],
  resource_size_t: [64, false],
  gfn_t: [64, false],
  gpa_t: [64, false],
  hpa_t: [64, false],
  gva_t: ["long", false],
  time64_t: [64, true],
  ktime_t: [64, true],
  isolate_mode_t: [32, false],
  slab_flags_t: [32, false],
  vm_fault_t: [32, false],
  tid_t: [32, false],
  ext4_lblk_t: [32, false],
  ext4_fsblk_t: [64, false],
  xfs_fsblock_t: [64, false],
  xfs_fileoff_t: [64, false],
  xfs_filblks_t: [64, false],
  xfs_ino_t: [64, false],
  xfs_daddr_t: [64, true],
  xfs_lsn_t: [64, true],
  xfs_agblock_t: [32, false],
  xfs_extlen_t: [32, false],
};
const FIXED = /^(?:__)?(?:(u|s)(8|16|32|64)|(u?)int(8|16|32|64)_t|(?:le|be)(16|32|64))$/;

/** Is this word the begin of a type and of nothing else? */
export const isTypeWord = (word: string): boolean =>
  BASE.has(word) ||
  IGNORED.has(word) ||
  word === "struct" ||
  word === "union" ||
  word === "enum" ||
  FIXED.test(word) ||
  word.endsWith("_t") ||
  Object.hasOwn(TYPEDEFS, word);

/** `words`: the type without its stars, at least one word. */
export function namedType(words: readonly string[], stars: number, longSize: 4 | 8): CType {
  const scalar = scalarType(words, longSize);
  if (stars > 1) return { kind: "pointer", to: longType(longSize, false) };
  if (stars === 1) return { kind: "pointer", to: scalar };
  if (words.includes("bool") || words.includes("_Bool")) return { kind: "bool" };
  return scalar === undefined ? { kind: "other" } : { kind: "int", type: scalar };
}

/** undefined for structures, void and unknown names. */
export function scalarType(words: readonly string[], longSize: 4 | 8): IntType | undefined {
  const rest = words.filter((word) => !IGNORED.has(word));
  const [first = ""] = rest;
  if (first === "enum") return U32;
  const fixed = FIXED.exec(first);
  if (fixed !== null) {
    const [, letter, bits, unsignedPrefix, bits2, bits3] = fixed;
    return { bits: Number(bits ?? bits2 ?? bits3) as IntType["bits"], signed: letter === "s" || unsignedPrefix === "" };
  }
  if (Object.hasOwn(TYPEDEFS, first)) {
    const [bits, signed] = TYPEDEFS[first] as readonly [16 | 32 | 64 | "long", boolean];
    return bits === "long" ? longType(longSize, signed) : { bits, signed };
  }
  if (!rest.every((word) => BASE.has(word)) || rest.length === 0 || rest.includes("void")) return undefined;
  const signed = !rest.includes("unsigned");
  if (rest.includes("char")) return { bits: 8, signed };
  if (rest.includes("bool") || rest.includes("_Bool")) return U8;
  if (rest.includes("short")) return { bits: 16, signed };
  const longs = rest.filter((word) => word === "long").length;
  return longs >= 2 ? { bits: 64, signed } : longs === 1 ? longType(longSize, signed) : { bits: 32, signed };
}
