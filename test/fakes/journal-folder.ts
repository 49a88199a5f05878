import { join } from 'node:path';
import { KeptBytesFolder } from '../../src/adapters/fs/state/journal/kept-bytes.ts';
import { deliveredObjects, JournalOnDisk } from '../../src/adapters/fs/state/journal/open-journal.ts';
import { openSeenQueries } from '../../src/cli/contexts/delivery/journal-context.ts';
import type { HeldJournal } from '../../src/commands/push/session/push-host.ts';
import type { KeptBytes } from '../../src/ports/state/kept-bytes.ts';

/** The journal of a destination in a folder, with what is kept beside it, as the program has it; without a lock. */
export async function journalInFolder(folder: string, now: () => number): Promise<HeldJournal> {
  const journal = await JournalOnDisk.open(folder, (await JournalOnDisk.newestFence(folder)) + 1, now);
  const kept = new Map<string, KeptBytes>();
  return {
    journal,
    folder,
    openSeen: () => {
      throw new Error('nobody asks for the index of seen events');
    },
    objects: deliveredObjects(folder),
    openSeenQueries: (source, days) => openSeenQueries(join(folder, source), days),
    openKept: async (place = 'spool') => {
      const opened = kept.get(place) ?? (await KeptBytesFolder.open(join(folder, place), { spareBytes: 0 }));
      kept.set(place, opened);
      return opened;
    },
    release: async () => {
      for (const opened of kept.values()) await opened.close();
      await journal.close();
    },
  };
}
