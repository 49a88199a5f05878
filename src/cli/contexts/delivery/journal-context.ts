import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { filesOnDisk } from '../../../adapters/fs/sources/files-on-disk.ts';
import { openFollowed } from '../../../adapters/fs/sources/followed-inputs.ts';
import {
  SeenEventsFolder,
  usualSeenEventsBounds,
} from '../../../adapters/fs/seen-events/seen-events-folder.ts';
import { KeptBytesFolder } from '../../../adapters/fs/state/journal/kept-bytes.ts';
import { deliveredObjects, JournalOnDisk } from '../../../adapters/fs/state/journal/open-journal.ts';
import type { LockHolder } from '../../../adapters/fs/state/lock/owner-lock.ts';
import { takeOwnership } from '../../../adapters/fs/state/lock/owner-lock.ts';
import { openDestinationFolder } from '../../../adapters/fs/state/state-places.ts';
import type { PushRequest } from '../../../commands/push/index.ts';
import type { HeldJournal, OtherRun, PushHost } from '../../../commands/push/session/push-host.ts';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { KeptBytes } from '../../../ports/state/kept-bytes.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Destination } from '../../../ports/store/destination.ts';

/** What `push` needs to know which bytes are new, and to keep what can't be read again. */
export function journalParts(
  context: CliContext,
  reload: (() => Promise<PushRequest>) | undefined,
): Pick<PushHost, 'newId' | 'files' | 'openJournal' | 'openFollowed' | 'onReload' | 'reload'> {
  const { onHangUp, stdin } = context;
  return {
    newId: () => randomUUID(),
    files: filesOnDisk,
    openJournal: (destination, choice) => openJournal(destination, choice, context),
    openFollowed: (inputs, exceptBelow) => openFollowed(inputs, { stdin, exceptBelow }),
    onReload: (listener) =>
      onHangUp === undefined || reload === undefined ? () => undefined : onHangUp(listener),
    reload: reload ?? (() => Promise.reject(new Error('Nobody can read the configuration again.'))),
  };
}

async function openJournal(
  destination: Destination,
  { shard, waitMs }: { shard: string | undefined; waitMs: number },
  context: CliContext,
): Promise<HeldJournal | OtherRun> {
  const { signal, clock } = context;
  const root = await openDestinationFolder(destination, context);
  const folder = shard === undefined ? root : join(root, 'shards', shard);
  const owner = await owned(folder, async () => {
    const above = await JournalOnDisk.newestFence(folder);
    return takeOwnership(join(folder, 'lock'), { ...clock, waitMs, signal, above });
  });
  if ('holder' in owner) return { holder: shown(owner.holder) };
  try {
    const journal = await JournalOnDisk.open(folder, owner.fence, clock.now);
    const kept = new Map<string, Promise<KeptBytes>>();
    return {
      journal,
      folder,
      openSeen: (days) => SeenEventsFolder.open(join(folder, 'seen'), { ...usualSeenEventsBounds, days }),
      objects: deliveredObjects(folder),
      openSeenQueries: (source, days) => openSeenQueries(join(folder, source), days),
      openKept: async (place = 'spool') => {
        const opened = kept.get(place) ?? KeptBytesFolder.open(join(folder, place));
        kept.set(place, opened);
        return opened;
      },
      release: async () => {
        for (const opened of kept.values()) await (await opened.catch(() => undefined))?.close();
        await journal.close();
        await owner.release();
      },
    };
  } catch (error) {
    await owner.release();
    throw error;
  }
}

/** As many as there are: in memory they take two bytes each. */
const queryBounds = { maxKeys: 2 ** 32 - 1, memoryKeys: 64 * 1024 };

/** The queries that were seen of a source, in its folder. Throws `state-not-written` and `config-invalid`. */
export function openSeenQueries(folder: string, days: number): SeenEventsFolder {
  return SeenEventsFolder.open(
    join(folder, 'seen'),
    { ...queryBounds, days },
    {
      what: 'queries that were seen',
      cure: 'Give this user the right to write there and free disk.',
      loss: 'queries that it knew are read once more, and stored again where their window comes out otherwise',
    },
  );
}

function shown({ pid, host, startedAt }: LockHolder): OtherRun['holder'] {
  return { pid, host, startedAt };
}

async function owned<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isAuditExportError(error)) throw error;
    throw new AuditExportError(
      'state-not-written',
      `${folder} can't be written: ${(error as Error).message}.`,
      {
        cure: 'Set XDG_STATE_HOME to a folder that this user may write to, or free disk there.',
        cause: error,
      },
    );
  }
}
