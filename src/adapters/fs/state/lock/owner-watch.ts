import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { thisBoot } from './process-identity.ts';

/** An owner that renews every ten seconds and did not for so long is gone. */
const goneMs = 60_000;

/** What is seen of a lock: whose it is, and when it was renewed by the clock of its owner. */
export interface Seen {
  token: string;
  mtimeMs: number;
}

/** `sinceMs` is the time of our own clock when it was first seen so; `by` is the machine whose clock that was. */
interface Watch extends Seen {
  sinceMs: number;
  by: string;
}

/**
 * Watches locks whose owners can't be looked at: one that was not renewed for a minute by the clock of this machine (the
 * clock of its owner may differ) is gone. What was seen is written beside the lock, so that short runs find out as well; a
 * run that waits long enough does without.
 */
export class OwnerWatch {
  readonly #file: string;
  readonly #mayWrite: boolean;
  #last: Watch | undefined;

  constructor(path: string, { mayWrite }: { mayWrite: boolean }) {
    this.#file = `${path}.seen`;
    this.#mayWrite = mayWrite;
  }

  async isGone(seen: Seen, nowMs: number): Promise<boolean> {
    const by = (await thisBoot()) ?? hostname();
    this.#last ??= await readWatch(this.#file);
    const { token, mtimeMs, sinceMs = nowMs, by: lastBy } = this.#last ?? {};
    const isSame = lastBy === by && token === seen.token && mtimeMs === seen.mtimeMs;
    // A clock that was set back says nothing about how long it was.
    if (isSame && nowMs >= sinceMs) return nowMs - sinceMs >= goneMs;
    this.#last = { ...seen, sinceMs: nowMs, by };
    if (this.#mayWrite)
      await writeFile(this.#file, JSON.stringify(this.#last), { mode: 0o600 }).catch(() => undefined);
    return false;
  }
}

async function readWatch(file: string): Promise<Watch | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Watch;
  } catch {
    return undefined;
  }
}
