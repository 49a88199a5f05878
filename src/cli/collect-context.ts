import { join } from 'node:path';
import { CollectStateFolder } from '../adapters/fs/collect-state-file.ts';
import { readNamedFile } from '../adapters/fs/named-files.ts';
import { ScratchCollectState } from '../adapters/fs/scratch-collect-state.ts';
import { temporaryFolder } from '../adapters/fs/temporary-folder.ts';
import { takeOwnership } from '../adapters/fs/state/owner-lock.ts';
import type { CollectHost, HeldState } from '../commands/collect/collect-host.ts';
import type { CollectOptions } from '../commands/collect/settings.ts';
import { millisecondsOf } from '../core/collect/translate/snowflake-time.ts';
import { formatCount } from '../core/report/format.ts';
import { AuditExportError } from '../errors.ts';
import type { SnowflakeSession } from '../ports/snowflake.ts';
import type { StatePlace } from '../core/config/destination.ts';
import { buildPushHost } from './context.ts';
import { writeOut } from './output.ts';
import { stateFolderOf } from './state-context.ts';
import type { CliContext } from './terminal-context.ts';

const tellEveryMs = 10_000;

/** Hands `collect` the real world. */
export function buildCollectHost(context: CliContext, options: CollectOptions): CollectHost {
  const { stdout } = context;
  const stateOf = (place: StatePlace, account: string): CollectStateFolder =>
    new CollectStateFolder(collectFolder(stateFolderOf(place, context), account));
  return {
    // Batches are small and many: the progress that counts is that of the windows.
    push: { ...buildPushHost(context, options), progress: { update: () => undefined, end: () => undefined } },
    onCommit: tellProgress(context, options),
    openSession: (asked) => openSession(asked, context),
    openState: (place, account, lockWaitMs) => holdState(stateOf(place, account), lockWaitMs, context),
    readCheckpoint: (place, account) => stateOf(place, account).readCheckpoint(),
    openScratch: async (base) => {
      const state = await ScratchCollectState.open(
        base === undefined ? undefined : stateOf(base.place, base.account),
        temporaryFolder(context.environment),
      );
      return { state, close: () => state.close() };
    },
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

/** Where the collector of an account keeps what it knows, in a folder of state. */
export function collectFolder(folder: string, account: string): string {
  const name = account.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '_');
  return join(folder, 'collect', `snowflake-${name}`);
}

/** Somebody waits for what a check says. */
const checkPatienceMs = 10_000;

/** Opens Snowflake as the settings and the environment say. Trouble that lasts is told now and then. */
export async function openSession(
  { account, accountUrl, user, role, warehouse, check }: CollectOptions,
  { environment, version, log, clock }: CliContext,
): Promise<SnowflakeSession> {
  const { openSnowflakeSession } = await import('../adapters/snowflake/open-session.ts');
  let toldMs = Number.NEGATIVE_INFINITY;
  const onTrouble = ({ message, code }: AuditExportError): void => {
    if (clock.now() - toldMs < tellEveryMs) return;
    toldMs = clock.now();
    log.warn('snowflake-trouble', `${message} It is tried again for a while.`, { code });
  };
  const retryForMs = check ? checkPatienceMs : undefined;
  return openSnowflakeSession(
    { account, accountUrl, user, role, warehouse, version, retryForMs, onTrouble },
    environment,
  );
}

/** Two runs at once would each deliver what came late. */
async function holdState(
  state: CollectStateFolder,
  lockWaitMs: number,
  { signal, clock }: CliContext,
): Promise<HeldState> {
  const path = `${state.location}.lock`;
  const request = { ...clock, waitMs: lockWaitMs, signal };
  const lock = await takeOwnership(path, request).catch((error: unknown) => {
    throw new AuditExportError(
      'state-not-written',
      `${path} can't be written: ${(error as Error).message}.`,
      {
        cure: 'Set XDG_STATE_HOME to a folder that this user may write to.',
        cause: error,
      },
    );
  });
  if (!('holder' in lock)) return { state, close: lock.release };
  const { pid, host, startedAt } = lock.holder;
  throw new AuditExportError(
    'busy',
    `Another run collects the same: process ${pid} on ${host}, since ${startedAt}.`,
    { cure: 'Run it again when that one has ended, or let it wait longer with --lock-wait 10m.' },
  );
}
