import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { Compression } from '../../core/delivery/codec.ts';
import type { FileSource } from '../../core/ledger/find-parts.ts';
import { isFileSource } from '../../core/ledger/find-parts.ts';
import { lookAtStore } from '../../core/ledger/look-at-store.ts';
import { pushFiles } from '../../core/push/push-files.ts';
import type { PushResult } from '../../core/push/push-sources.ts';
import type { SeenEvents } from '../../ports/seen-events.ts';
import type { Source } from '../../ports/source.ts';
import type { PushRequest } from './check-request.ts';
import type { LockedRun, PushHost } from './push-host.ts';
import { openSeen } from './seen-index.ts';
import type { OpenRun } from './with-run.ts';

/**
 * Pushes sources; if all of them are files, by the ledger of their destination. Runs of one profile wait for each other.
 * Without a profile nothing is taken for delivered without asking the store: files are read again and cut as before.
 * Throws `busy`, `state-not-written` and what the files throw when they are first looked at.
 */
export async function pushThroughLedger(
  openSources: () => Promise<readonly Source[]>,
  run: OpenRun,
  request: PushRequest,
  host: PushHost,
): Promise<PushResult> {
  const opened = await openSources();
  const sources = opened.filter(({ isUnreadable }) => isUnreadable !== true);
  const { dryRun, dedupe, objectSize } = request.options;
  const plain = (seen?: SeenEvents): Promise<PushResult> =>
    run.push({ parts: opened.map((source) => ({ source })), objectBytes: objectSize, seen });
  if (dryRun) return plain();
  const files = sources.filter(isFileSource);
  const allFiles = files.length > 0 && files.length === sources.length;
  if (!allFiles && request.profile === undefined && dedupe === undefined) return plain();
  const locked = await lock(run, request, host);
  if (locked === undefined) return plain();
  try {
    // Listed again: a run that was waited for may have taken its time.
    const list = async (): Promise<FileSource[]> => (await openSources()).filter(isFileSource);
    const result = await pushLocked(allFiles ? list : undefined, plain, { run, request, host, locked });
    if (!allFiles || sources.length === opened.length) return result;
    const others = await run.push({
      parts: opened.filter(({ isUnreadable }) => isUnreadable).map((source) => ({ source })),
      objectBytes: objectSize,
    });
    return { ...result, sources: [...result.sources, ...others.sources] };
  } finally {
    await locked.release();
  }
}

type ListFiles = () => Promise<readonly FileSource[]>;

interface HeldRun {
  run: OpenRun;
  request: PushRequest;
  host: PushHost;
  locked: LockedRun;
}

/** Pushes files by the ledger, or in the plain way where there are others; without the events that were seen. */
async function pushLocked(
  list: ListFiles | undefined,
  plain: (seen: SeenEvents | undefined) => Promise<PushResult>,
  held: HeldRun,
): Promise<PushResult> {
  const { run, request, locked } = held;
  if (request.options.dedupe !== undefined) await lookForEmptied(run, held);
  const seen = await openSeen(held);
  try {
    if (list !== undefined) return await pushByLedger(list, { ...held, seen });
    // A pipe can't be asked for what it brought before; files wait for a run that is given them.
    if (locked.ledger.state.lost?.positions.size === 0) await locked.ledger.add({ kind: 'refilled' });
    const result = await plain(seen);
    if (seen !== undefined && result.ended === 'complete')
      await locked.ledger.keepWitnesses(run.store.takeWitnesses());
    return result;
  } finally {
    await seen?.close();
  }
}

/** An index of seen events must keep nothing away from a store that has lost what it holds. */
async function lookForEmptied({ store }: OpenRun, { host, locked: { ledger } }: HeldRun): Promise<void> {
  const isKnown = ledger.state.lost !== undefined;
  if ((await lookAtStore(ledger, store)) === 'lost' && !isKnown)
    host.log.warn(
      'store-emptied',
      `${store.location} no longer has what was delivered there before: what comes again is delivered again.`,
    );
}

/** What tells the ledger of one destination from that of another: what was delivered under other rules was not delivered. */
export function destinationOf(
  run: { store: { location: string }; layout: string },
  { options }: Pick<PushRequest, 'options'>,
): string {
  const types = options.types === undefined ? 'all' : options.types.toSorted().join();
  return JSON.stringify([run.store.location, options.endpointUrl ?? '', types, run.layout]);
}

/**
 * Undefined where no lock can be had: then the store tells what it has, and nothing else is taken for delivered. A
 * profile's run that is under way ends this one: throws `busy`.
 */
async function lock(run: OpenRun, request: PushRequest, host: PushHost): Promise<LockedRun | undefined> {
  const { options, profile } = request;
  const place = { profile: profile?.name, destination: destinationOf(run, request), shard: options.shard };
  try {
    const taken = await host.lockRun(place, options.lockWait);
    if (!('holder' in taken)) return taken;
    const { pid, host: machine, startedAt } = taken.holder;
    throw new AuditExportError(
      'busy',
      `Another run${profile === undefined ? ' to the same place' : ` of the profile ${profile.name}`} is under way: process ${pid} on ${machine}, since ${startedAt}.`,
      { cure: 'Run it again when that one has ended, or let it wait longer with --lock-wait 10m.' },
    );
  } catch (error) {
    const isBusy = isAuditExportError(error) && error.code === 'busy';
    // Without its index a run would deliver what it was told not to; without a ledger that is there, some of it twice.
    const isThere = isAuditExportError(error) && error.details['ledger'] === 'there';
    if ((profile !== undefined && isBusy) || isThere || options.dedupe !== undefined) throw error;
    tellWithout(error, host);
    return undefined;
  }
}

function tellWithout(error: unknown, { log }: PushHost): void {
  const message = `The ledger is not used: files are read from their beginning, and a file that was delivered in several runs may be stored twice in parts. ${(error as Error).message}`;
  const cure = isAuditExportError(error) ? error.cure : undefined;
  const shown = `${message}\n${cure === undefined ? '' : `  → ${cure}\n`}`;
  log.warn('no-ledger', message, { cure: cure ?? null }, shown);
}

interface LedgeredRun extends HeldRun {
  seen: SeenEvents | undefined;
}

function pushByLedger(
  list: ListFiles,
  { run, request, host, locked, seen }: LedgeredRun,
): Promise<PushResult> {
  const { options, profile } = request;
  const { types, account, store, push } = run;
  return pushFiles(
    {
      types,
      account,
      objectBytes: options.objectSize,
      compression: options.compression as Compression,
      reread: options.reread || (profile === undefined && seen === undefined),
      // A profile stands for a job of its own; without one, nobody wants files that are not named.
      onlyGiven: profile === undefined,
    },
    {
      list,
      ledger: locked.ledger,
      store,
      // What was delivered before is cut as it was then: whatever was seen in the meantime is no matter.
      push: ({ wasDone, ...job }) => push({ ...job, seen: wasDone ? undefined : seen }),
      newId: host.newId,
      now: host.clock.now,
      warn: host.log.warn,
      reopen: async (path) => {
        const [source] = await host.reopenFile(path).catch((): Source[] => []);
        return source !== undefined && isFileSource(source) ? source : undefined;
      },
      findBeside: async (path, inode) => {
        const source = await host.findBeside(path, inode);
        return source !== undefined && isFileSource(source) ? source : undefined;
      },
    },
  );
}
