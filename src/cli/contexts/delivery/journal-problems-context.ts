import { JournalOnDisk } from '../../../adapters/fs/state/journal/open-journal.ts';
import { takeOwnership } from '../../../adapters/fs/state/lock/owner-lock.ts';
import { AuditExportError } from '../../../errors.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { JournalProblem, JournalProblems } from '../../../ports/state/journal-problems.ts';
import { join } from 'node:path';

/** Somebody waits for the command. */
const waitMs = 10_000;

/** The problems that the journals in these folders of destinations know. */
export function openJournalProblems(folders: readonly string[], clock: Timer): JournalProblems {
  return {
    list: async () => (await Promise.all(folders.map(problemsIn))).flat(),
    dismiss: async (ids) => {
      for (const folder of folders)
        if ((await problemsIn(folder)).some(({ id }) => ids.includes(id)))
          await dismissIn(folder, new Set(ids), clock);
    },
  };
}

async function problemsIn(folder: string): Promise<JournalProblem[]> {
  const { files } = await JournalOnDisk.read(folder);
  return [...files.values()].flatMap(({ id, path, lostMs }) =>
    lostMs === undefined
      ? []
      : [
          {
            id: id.slice(0, 8),
            source: path,
            since: new Date(lostMs).toISOString(),
            message: `${path} was replaced, and the rest of what it held before is not found.`,
          },
        ],
  );
}

/** What is dismissed is not looked for any more; its content is known all the same, should it come back. */
async function dismissIn(folder: string, ids: ReadonlySet<string>, clock: Timer): Promise<void> {
  const above = await JournalOnDisk.newestFence(folder);
  const { signal } = new AbortController();
  const owner = await takeOwnership(join(folder, 'lock'), { ...clock, waitMs, signal, above });
  if ('holder' in owner)
    throw new AuditExportError(
      'busy',
      `A run is under way: process ${owner.holder.pid} on ${owner.holder.host}.`,
      {
        cure: 'Dismiss it when that one has ended, or is stopped.',
      },
    );
  try {
    const journal = await JournalOnDisk.open(folder, owner.fence, clock.now);
    const files = [...journal.state.files.values()].flatMap(({ lostMs, ...file }) =>
      lostMs !== undefined && ids.has(file.id.slice(0, 8))
        ? [{ ...file, path: '', real: '', left: false }]
        : [],
    );
    await journal.add({ kind: 'cursor', standing: { files } });
    await journal.close();
  } finally {
    await owner.release();
  }
}
