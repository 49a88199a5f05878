import { LogWriter } from '../../../core/log/write/log-writer.ts';
import { PassingRecords } from '../../../core/log/write/passing-records.ts';
import type { Spool } from '../../../ports/store/spool.ts';
import type { OpenedLog, PushHost } from '../session/push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';
import type { PushOptions } from '../plan/settings.ts';
import type { LogTroubles } from './log-troubles.ts';

/** What of a plan the log goes by. */
export type LogPlan = Pick<PushPlan, 'place' | 'dryRun' | 'storeSettings'> & {
  options: Pick<PushOptions, 'evidenceInterval' | 'evidenceKey' | 'checkpointCopy' | 'witness'> &
    Partial<Pick<PushOptions, 'expect'>>;
};

/** What the log needs of the world. */
export type LogHost = Pick<
  PushHost,
  | 'openLog'
  | 'openStore'
  | 'openSpool'
  | 'post'
  | 'newId'
  | 'maxAttempts'
  | 'clock'
  | 'random'
  | 'signal'
  | 'log'
  | 'progress'
>;

/** A log that is open. */
export interface OpenLog {
  writer: LogWriter;
  /** Whether another process goes on with it. */
  isKept: boolean;
  tool: string;
}

/** Opens the log of a destination; that of a dry run costs what the real one would, and is nowhere. Throws what keeping it fails with. */
export async function openSessionLog(
  { place, options, dryRun }: LogPlan,
  host: LogHost,
  troubles: LogTroubles,
): Promise<OpenLog> {
  const { tool, trouble, isKept, ...ports } = dryRun
    ? plannedLog(host.openSpool())
    : await host.openLog(place.destination, options.evidenceKey);
  if (trouble !== undefined) troubles.tell(trouble);
  troubles.keep();
  const { now } = host.clock;
  const store = place.destination.text;
  const writer = await LogWriter.open({ ...ports, now, newId: host.newId, tool, store });
  return { writer, isKept, tool };
}

/** Nothing was ever kept but that the log begins. */
export function isFresh({ state: { edge, unpublished } }: LogWriter): boolean {
  return edge.size === 0 && unpublished <= 1;
}

function plannedLog(spool: Spool): OpenedLog {
  const signer = { publicKey: Buffer.alloc(32), sign: async () => Buffer.alloc(64) };
  return { file: new PassingRecords(spool), signer, isKept: true, tool: 'audit-export' };
}
