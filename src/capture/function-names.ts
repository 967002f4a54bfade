/** Which functions does a pattern of the kernel's mean? Probes want names; the function tracers match by themselves. */

const PATTERN = /[*?[]/;

/** `available`: the text of available_filter_functions, asked for when there is a pattern. A name stands for itself, whether it is there or not. */
export function matchFunctions(wanted: readonly string[], available: () => string): string[] {
  const names = new Set<string>();
  let known: readonly string[] | undefined;
  for (const one of wanted) {
    if (!PATTERN.test(one)) names.add(one);
    else {
      // "name" or "name [module]"
      known ??= available()
        .split("\n")
        .map((line) => line.split(/\s/, 1)[0] ?? "");
      const matcher = globOf(one);
      for (const name of known) if (matcher.test(name)) names.add(name);
    }
  }
  return [...names];
}

/** lib/glob.c: `*`, `?`, and classes, which may begin with `!`. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\[!?[^\]]+\]|[*?.[\]]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return part.length === 1 ? `\\${part}` : part.replace(/^\[!/, "[^");
  });
  return new RegExp(`^${source}$`);
}
