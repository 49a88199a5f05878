import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LedgerFile } from '../adapters/fs/ledger-file.ts';
import { openDestinationFolder } from '../adapters/fs/state/state-places.ts';
import { takeLock } from '../adapters/fs/run-lock.ts';
import { SeenEventsFolder, usualSeenEventsBounds } from '../adapters/fs/seen-events-folder.ts';
import { openSources } from '../adapters/fs/sources.ts';
import type { PushHost } from '../commands/push/push-host.ts';
import { AuditExportError } from '../errors.ts';
import type { SeenEvents } from '../ports/seen-events.ts';
import type { CliContext } from './terminal-context.ts';

/** The lock and the ledger of a run, in the state folder of its profile. */
export function ledgerParts({
  environment,
  workingFolder,
  stdin,
  signal,
}: CliContext): Pick<PushHost, 'lockRun' | 'reopenFile' | 'findBeside' | 'newId'> {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'] ?? '';
  return {
    newId: () => randomUUID(),
    reopenFile: (path) => openSources([path], { stdin, signal, exceptBelow: [] }),
    findBeside: async (path, inode) => {
      const [name] = await namesOf(dirname(path), inode);
      if (name === undefined) return undefined;
      const [source] = await openSources([join(dirname(path), name)], { stdin, signal, exceptBelow: [] });
      return source;
    },
    lockRun: async ({ profile, at, destination, shard }, waitMs) => {
      const state = await openDestinationFolder(at, { environment, workingFolder });
      const folder = join(state, 'ledger', nameOf(destination, endpoint, workingFolder, shard ?? ''));
      const path = profile === undefined || shard !== undefined ? `${folder}.lock` : join(state, 'lock');
      const lock = await takeLock(path, waitMs, signal).catch((error: unknown) => {
        throw new AuditExportError(
          'state-not-written',
          `${path} can't be written: ${(error as Error).message}.`,
          {
            cure: 'Set XDG_STATE_HOME to a folder that this user may write to, or free disk there.',
            details: { ledger: existsSync(join(folder, 'journal')) ? 'there' : 'none' },
            cause: error,
          },
        );
      });
      if ('holder' in lock) return lock;
      try {
        const ledger = await LedgerFile.open(folder, () => Date.now());
        const release = async (): Promise<void> => {
          await ledger.close();
          await lock.release();
        };
        const openSeen = (days: number): SeenEvents =>
          SeenEventsFolder.open(join(folder, 'seen'), { ...usualSeenEventsBounds, days });
        return { ledger, openSeen, release };
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
}

/** The names in a folder under which a file with this inode stands. */
async function namesOf(folder: string, inode: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const found = await lstat(join(folder, name), { bigint: true }).catch(() => undefined);
    if (found?.isFile() === true && `${found.dev}:${found.ino}` === inode) names.push(name);
  }
  return names;
}

/** One name for one destination: a folder by its full path, a bucket by its endpoint. */
function nameOf(destination: string, endpoint: string, workingFolder: string, shard: string): string {
  const [location = '', ...rest] = JSON.parse(destination) as string[];
  const place = location.startsWith('s3://') ? [endpoint, location] : ['', resolve(workingFolder, location)];
  const whole = JSON.stringify([...place, ...rest, shard]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 16);
}
