import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LedgerFile } from '../adapters/fs/ledger-file.ts';
import { openTails } from '../adapters/fs/open-tails.ts';
import { statePlaces } from '../adapters/fs/state/state-places.ts';
import { WriteAheadSpoolFolder } from '../adapters/fs/write-ahead-spool.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { PushRequest } from '../commands/push/check-request.ts';
import type { FollowParts, FollowPlace } from '../commands/push/follow-host.ts';
import type { CliContext } from './terminal-context.ts';

/** What `push --follow` needs of the world. `reload` reads the configuration as the command line did. */
export function followParts(
  { environment, workingFolder, stdin, onHangUp }: CliContext,
  reload: (() => Promise<PushRequest>) | undefined,
): FollowParts {
  const { destinationFolder } = statePlaces({ environment, workingFolder });
  const folder = (kind: string, { profile, at, destination }: FollowPlace): string =>
    join(destinationFolder(at), profile === undefined ? `${kind}-${nameOf(destination)}` : kind);
  return {
    openInputs: (inputs, settings) =>
      openTails(inputs, {
        ...settings,
        stdin,
        newId: () => randomUUID(),
        now: systemClock.now,
        sleep: systemClock.sleep,
      }),
    openOwnLedger: (place) => LedgerFile.open(folder('follow', place), systemClock.now),
    openSpool: (place, cut) => WriteAheadSpoolFolder.open(folder('spool', place), cut),
    onReload: (listener) =>
      onHangUp === undefined || reload === undefined ? () => undefined : onHangUp(listener),
    reload: reload ?? (() => Promise.reject(new Error('Nobody can read the configuration again.'))),
  };
}

function nameOf(destination: string): string {
  return createHash('sha256').update(destination).digest('hex').slice(0, 16);
}
