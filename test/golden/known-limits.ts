/**
 * What is known not to survive as trace text, by recording. The check fails when one of them does survive: then its line goes.
 * `text`: the text read back says something else; `again`: it says the same, but its own text is another.
 */
export const KNOWN_LIMITS: Readonly<Record<string, { readonly text?: string; readonly again?: string }>> = {
  "vm-6.1-user-stacks.dat.gz": { again: "the frames of a user stack are read over: nothing asks for them" },
  "vm-6.1-func-stack.dat.gz": { again: "an address in a stack that has no symbol (a trampoline) is read as its low 52 bits, and shown as them" },
  "vm-6.1-tsc.dat.gz": { again: "a text of bare stamps is read, but its own text has seconds: a text does not say its clock" },
};
