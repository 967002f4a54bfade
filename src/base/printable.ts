/** Text from the kernel or from files is hostile until proved otherwise: a task may call itself ESC ] 0 ; ... BEL. */

/**
 * Makes untrusted text safe for a terminal or a log line: control characters (C0, DEL, C1), line separators and
 * bidirectional overrides become visible escapes such as `\x1b` or `\u202e`; lone surrogates become U+FFFD.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
