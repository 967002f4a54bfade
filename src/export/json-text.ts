/** Which characters does JSON let pass that terminals obey? Control characters of the second kind, and marks that turn text around. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** They stand only inside strings, where an escape means the same. */
export const safeJson = (json: string): string => json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const jsonText = (value: unknown): string => safeJson(JSON.stringify(value));
