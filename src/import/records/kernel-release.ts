/** Is the recording kernel at least of this version? Texts changed now and then; without a uname the newest form is used. */

/** `uname`: as recorded, e.g. `Linux host 6.18.44 #1 SMP x86_64` */
export function isKernelSince(uname: string | undefined, major: number, minor: number): boolean {
  const [, ownMajor, ownMinor] = /(?:^|\s)(\d{1,3})\.(\d{1,3})/.exec(uname ?? "") ?? [];
  if (ownMajor === undefined || ownMinor === undefined) return true;
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor);
}
