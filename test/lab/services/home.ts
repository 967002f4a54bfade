/** A private folder for one service, and an environment that keeps it there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Home {
  readonly folder: string;
  readonly control: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs what `own` gave in reverse order, then removes the folder. */
  leave(): Promise<void>;
  /** To be undone when the service is left. */
  own(undo: () => Promise<void>): void;
}

export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-service-"));
  const undoing: (() => Promise<void>)[] = [];
  return {
    folder,
    control: join(folder, "control"),
    env: { ...process.env, HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder, PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" },
    own: (undo) => void undoing.push(undo),
    leave: async () => {
      for (const undo of undoing.toReversed()) await undo();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts within a home that is left again when that fails. */
export async function inHome<T>(start: (home: Home) => Promise<T>): Promise<T> {
  const home = makeHome();
  try {
    return await start(home);
  } catch (error) {
    await home.leave();
    throw error;
  }
}
