import type { FilesPorts } from '../../../core/batches/deliver-files.ts';
import type { BucketObjects } from './bucket-objects.ts';
import { objectSource } from './bucket-objects.ts';
import { keptSource, letGoOf, standingOf } from './kept-source.ts';
import type { HeldJournal, PushHost } from '../session/push-host.ts';

/** How parts of batches that are no files are opened, settled and let go of, whatever command ends their batch. */
export function otherParts(
  objects: BucketObjects,
  held: Pick<HeldJournal, 'openKept'>,
  host: Pick<PushHost, 'reopenObject'>,
): Pick<FilesPorts, 'open' | 'settle' | 'onDone'> {
  return {
    open: async (part) =>
      part.kind === 'object'
        ? objectSource(part, await host.reopenObject(part))
        : keptSource(part, await held.openKept(part.place)),
    settle: async (parts) => {
      const { cursors: spool = {} } = standingOf(parts.map(({ part }) => part));
      return { cursors: { ...spool, ...(await objects.settle(parts)) } };
    },
    onDone: ({ parts }) => letGoOf(parts, held),
  };
}
