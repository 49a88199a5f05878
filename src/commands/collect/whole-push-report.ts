import type { PushReport } from '../../core/accounting/push-report.ts';
import type { CollectReport } from './collect-report.ts';
import type { DeliveryAccount } from './deliver-batch.ts';

/** Where the books of a run lie that are not in its report. */
export interface WholeFacts {
  delivery: DeliveryAccount;
  quarantineFolder: string | undefined;
}

/** All deliveries of a run as one report of `push`, for those who keep the history of runs. */
export function wholePushReport(
  report: CollectReport,
  { delivery, quarantineFolder }: WholeFacts,
): PushReport & { collect: CollectReport } {
  const { balance, balanced, reported, types, retries, contentBytes, compressedBytes } = delivery;
  const { exitCode, dryRun, store, profile, startedAt, endedAt, seconds, error } = report;
  return {
    report: 'push',
    version: 1,
    outcome: outcomeOf(report),
    exitCode,
    dryRun,
    store: store ?? '',
    profile,
    startedAt,
    endedAt,
    seconds,
    sources: [],
    balance,
    balanced,
    types: [...types.values()],
    partitions: [],
    objects: reported,
    earliest: null,
    latest: null,
    putRequests: reported.length,
    retries,
    contentBytes,
    compressedBytes,
    quarantine: { folder: quarantineFolder ?? null, file: null, reasons: [] },
    warnings: [],
    waiting: [],
    problems: [],
    lateness: [],
    throughput: { linesPerSecond: 0, bytesPerSecond: 0 },
    error,
    problem: report.problem,
    collect: report,
  };
}

function outcomeOf({ outcome }: CollectReport): PushReport['outcome'] {
  if (outcome === 'collected') return 'delivered';
  if (outcome === 'collected-with-quarantine') return 'delivered-with-quarantine';
  return outcome === 'printed' ? 'planned' : outcome;
}
