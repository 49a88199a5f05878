import * as zlib from 'node:zlib';
import type { StoreLook } from '../../core/ledger/look-at-store.ts';
import { lookAtStore } from '../../core/ledger/look-at-store.ts';
import type { FinishedObject } from '../../ports/object-store.ts';
import type { SeenEvents } from '../../ports/seen-events.ts';
import type { PushRequest } from './check-request.ts';
import type { LockedRun, PushHost } from './push-host.ts';
import { withRun } from './with-run.ts';
import type { OpenRun } from './with-run.ts';

/** A store that turned out to have lost everything but the object that it was asked for. */
export type LostStore = Extract<StoreLook, { found: 'lost' }>;

/** A window that ends before the last delivery: opened with it, an index forgets all. */
const noDays = -1;

/**
 * Asks the store for an object that it was given before, so that an index of seen events keeps nothing away from a store
 * that has lost them: then the index is emptied. Answers with what was found, where the store had lost it.
 */
export async function forgetIfEmptied(
  { store }: OpenRun,
  { ledger, openSeen }: LockedRun,
  { log }: Pick<PushHost, 'log'>,
): Promise<LostStore | undefined> {
  const look = await lookAtStore(ledger, store);
  if (look.found !== 'lost') return undefined;
  await openSeen(noDays).close();
  log.warn(
    'store-emptied',
    `${store.location} no longer has what was delivered there before: what comes again is delivered again.`,
  );
  return look;
}

/**
 * Notes the events of an object that is in the store as seen: its content takes the usual way once more, in a run that
 * nobody is told of, and makes the same object.
 */
export async function noteEventsOf(
  object: FinishedObject,
  seen: SeenEvents,
  { request, host }: { request: PushRequest; host: PushHost },
): Promise<void> {
  const content = contentOf(object);
  const read = async function* (onStoredBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
    onStoredBytes(content.length);
    yield content;
  };
  const source = { name: object.key, storedBytes: content.length, format: 'lines', read } as const;
  const { meter: _, recorder: __, ...rest } = host;
  const progress = { update: (): void => undefined, end: (): void => undefined };
  await withRun(
    { ...request, options: { ...request.options, unwrap: 'none' } },
    { ...rest, progress },
    async (run) => {
      const result = await run.push({ parts: [{ source }], objectBytes: Number.MAX_SAFE_INTEGER, seen });
      if (result.error !== undefined) throw result.error;
      return result;
    },
  );
}

/** Keeps objects of the run for the next one to ask for; pipes have no other place in the ledger. */
export async function keepWitnesses({ store }: OpenRun, { ledger }: LockedRun): Promise<void> {
  await ledger.keepWitnesses(store.takeWitnesses());
}

/** Node has zstd from 22.15 and 23.8 on; who has written with it can read with it. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };

function contentOf({ key, body }: FinishedObject): Buffer {
  if (key.endsWith('.gz')) return zlib.gunzipSync(body);
  if (key.endsWith('.zst')) return zstdDecompressSync?.(body) ?? Buffer.alloc(0);
  return body;
}
