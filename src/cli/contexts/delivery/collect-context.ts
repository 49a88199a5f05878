import { rm } from 'node:fs/promises';
import { temporaryFolder } from '../../../adapters/fs/temporary-folder.ts';
import { join } from 'node:path';
import { MapFolder } from '../../../adapters/fs/state/map-folder.ts';
import { makeScratchFolder } from '../../../adapters/fs/scratch/scratch-folder.ts';
import { readNamedFile } from '../../../adapters/fs/named-files.ts';
import { KeptBytesFolder } from '../../../adapters/fs/state/journal/kept-bytes.ts';
import { JournalOnDisk } from '../../../adapters/fs/state/journal/open-journal.ts';
import { statePlaces } from '../../../adapters/fs/state/state-places.ts';
import type { CollectHost, ScratchPlace } from '../../../commands/collect/collect-host.ts';
import type { CollectOptions } from '../../../commands/collect/settings.ts';
import { millisecondsOf } from '../../../core/collect/translate/snowflake-time.ts';
import { formatCount } from '../../../core/report/format.ts';
import type { AuditExportError } from '../../../errors.ts';
import type { SnowflakeSession } from '../../../ports/snowflake.ts';
import { buildPushHost } from '../../context.ts';
import { openSeenQueries } from './journal-context.ts';
import { writeOut } from '../../terminal/output.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

const tellEveryMs = 10_000;

/** Hands `collect` the real world. */
export function buildCollectHost(context: CliContext, options: CollectOptions): CollectHost {
  const { stdout } = context;
  return {
    // Batches are small and many: the progress that counts is that of the windows.
    push: { ...buildPushHost(context, options), progress: { update: () => undefined, end: () => undefined } },
    onCommit: tellProgress(context, options),
    openSession: (asked) => openSession(asked, context),
    readState: async (destination) => {
      const folder = statePlaces(context).destinationFolder(destination);
      return { cursors: (await JournalOnDisk.read(folder)).cursors, folder };
    },
    openMaps: (folder) => new MapFolder(join(folder, 'snowflake-maps')),
    openScratch: () => openScratch(context.environment),
    readFile: readNamedFile,
    print: (bytes) => writeOut(stdout, bytes),
  };
}

/** Says every few seconds how far a long run has come. */
function tellProgress({ log, clock }: CliContext, { quiet }: CollectOptions): CollectHost['onCommit'] {
  let toldMs = clock.now();
  return ({ windows, rows, books }, { watermarkNs }, untilNs) => {
    if (quiet || clock.now() - toldMs < tellEveryMs || untilNs === undefined) return;
    toldMs = clock.now();
    const [watermark, until] = [BigInt(watermarkNs), untilNs].map((ns) =>
      new Date(millisecondsOf(ns)).toISOString(),
    );
    const { records } = books;
    const message = `Collected up to ${watermark} of ${until}: ${formatCount(rows)} queries read, ${formatCount(records)} records.`;
    log.note('progress', message, { watermark, until, windows, rows, records });
  };
}

/** A folder that is gone when the run has ended. */
async function openScratch(environment: CliContext['environment']): Promise<ScratchPlace> {
  const folder = await makeScratchFolder(temporaryFolder(environment), 'audit-export-collect');
  return {
    kept: await KeptBytesFolder.open(join(folder, 'answers')),
    openSeenQueries: (days) => openSeenQueries(folder, days),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Somebody waits for what a check says. */
const checkPatienceMs = 10_000;

/** Opens Snowflake as the settings and the environment say. Trouble that lasts is told now and then. */
export async function openSession(
  { account, accountUrl, user, role, warehouse, check }: CollectOptions,
  { environment, version, log, clock }: CliContext,
): Promise<SnowflakeSession> {
  const { openSnowflakeSession } = await import('../../../adapters/snowflake/open-session.ts');
  let toldMs = Number.NEGATIVE_INFINITY;
  const onTrouble = ({ message, code }: AuditExportError): void => {
    if (clock.now() - toldMs < tellEveryMs) return;
    toldMs = clock.now();
    log.warn('snowflake-trouble', `${message} It is tried again for a while.`, { code });
  };
  const onDanger = (message: string, cure: string): void =>
    log.warn('key-readable', message, { cure }, `${message}\n  → ${cure}\n`);
  const retryForMs = check ? checkPatienceMs : undefined;
  return openSnowflakeSession(
    { account, accountUrl, user, role, warehouse, version, retryForMs, onDanger, onTrouble },
    environment,
  );
}
