/** How is a service of the lab told what to do? One connection a command; see control.py. */
import { openChannel, type LineChannel } from "../line-channel.ts";
import type { Moment } from "../types.ts";

/** Longer than any fault lasts. */
const PATIENCE_MS = 30_000;

/** Rejects with what the service objects. The caller knows the shape of the answer. */
export async function ask<T>(path: string, words: readonly string[]): Promise<T> {
  const channel = await openChannel(path);
  try {
    channel.send(JSON.stringify(words));
    return await answer<T>(channel);
  } finally {
    channel.close();
  }
}

/** A command of two answers: resolves at the first. */
export async function askTwice(path: string, words: readonly string[]): Promise<{ readonly first: Moment; readonly over: Promise<Moment> }> {
  const channel = await openChannel(path);
  channel.send(JSON.stringify(words));
  try {
    const first = await answer<Moment>(channel);
    const over = answer<Moment>(channel).finally(() => channel.close());
    // whoever asked may have given up by then
    over.catch(() => undefined);
    return { first, over };
  } catch (error) {
    channel.close();
    throw error;
  }
}

async function answer<T>(channel: LineChannel): Promise<T> {
  const value = await channel.next(PATIENCE_MS);
  if (typeof value === "object" && value !== null && "error" in value) throw new Error(String(value.error));
  return value as T;
}
