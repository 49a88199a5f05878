import type { PushReport } from '../accounting/push-report.ts';
import type { RunAccount, TypeAccount } from '../accounting/run-account.ts';
import { reasons } from '../classify/reasons.ts';
import type { DeliveredObject } from '../delivery/deliverer.ts';
import { exitCodes } from '../../errors.ts';
import { putFailureCauses } from '../../ports/store/put-failure.ts';
import type { MetricFact } from './metric-table.ts';

/** The type of lines that have none that is known. */
export const unknownType = 'unknown';

/** Outcomes of lines: the label, the member of the balance sheet, and that of a type's account where it has one. */
const outcomes = [
  { outcome: 'delivered', total: 'delivered', ofType: 'delivered' },
  { outcome: 'already_delivered', total: 'alreadyDelivered', ofType: 'alreadyDelivered' },
  { outcome: 'duplicate', total: 'duplicate', ofType: 'duplicate' },
  { outcome: 'not_selected', total: 'notSelected', ofType: 'notSelected' },
  { outcome: 'ignored', total: 'ignored', ofType: undefined },
  { outcome: 'quarantined', total: 'quarantined', ofType: 'quarantined' },
  { outcome: 'blank', total: 'blank', ofType: undefined },
] as const;

/** The books of a run, as far as they are counted here. */
export type CountedBooks = Pick<
  RunAccount,
  'types' | 'reasons' | 'unknown' | 'contentBytes' | 'requests' | 'retries' | 'balance'
>;

/**
 * What is known when a process begins. Counters of which all labels are known begin at 0, so that the first that is counted
 * is a growth (Prometheus: "Avoid missing metrics").
 */
export function* factsOfBegin(startedMs: number): Generator<MetricFact> {
  yield { metric: 'lastRunStart', value: startedMs / 1000 };
  yield { metric: 'outage', value: 0 };
  for (const reason of Object.keys(reasons)) yield { metric: 'quarantined', value: 0, labels: { reason } };
  for (const cause of putFailureCauses)
    if (cause !== 'final') yield { metric: 'retries', value: 0, labels: { cause } };
}

/** The totals of a run so far. */
export function* totalsOfRun(account: CountedBooks): Generator<MetricFact> {
  const balance = account.balance();
  yield { metric: 'linesRead', value: balance.read };
  yield { metric: 'contentBytes', value: account.contentBytes };
  yield { metric: 'putRequests', value: account.requests };
  for (const [cause, value] of account.retries) yield { metric: 'retries', value, labels: { cause } };
  for (const { outcome, total, ofType } of outcomes) {
    let ofKnownTypes = 0;
    if (ofType !== undefined)
      for (const [type, counts] of account.types) {
        const value = (counts as Partial<Record<typeof ofType, number>> & TypeAccount)[ofType] ?? 0;
        ofKnownTypes += value;
        yield { metric: 'lines', value, labels: { type, outcome } };
      }
    yield { metric: 'lines', value: balance[total] - ofKnownTypes, labels: { type: unknownType, outcome } };
  }
  for (const [type, value] of account.unknown) yield { metric: 'unknownParts', value, labels: { type } };
  for (const [reason, value] of account.reasons) yield { metric: 'quarantined', value, labels: { reason } };
}

/**
 * What the delivery of an object at `nowMs` says. `typeNames` are the audit types in the order of their indexes. An object
 * of a dry run says nothing: it is nowhere.
 */
export function* factsOfDelivery(
  object: Pick<DeliveredObject, 'status' | 'compressedBytes' | 'linesByType' | 'earliestMs'>,
  typeNames: readonly string[],
  nowMs: number,
): Generator<MetricFact> {
  const { status, compressedBytes, linesByType, earliestMs } = object;
  if (status === 'planned') return;
  yield {
    metric: 'objects',
    value: 1,
    labels: { status: status === 'stored' ? 'stored' : 'already_there' },
  };
  if (status === 'already-there') return;
  yield { metric: 'storedBytes', value: compressedBytes };
  for (const index of linesByType.keys()) {
    const labels = { type: typeNames[index] ?? unknownType };
    // An event of the future has not waited.
    yield { metric: 'deliveryLag', value: Math.max(0, nowMs - earliestMs) / 1000, labels };
  }
}

/** What waits on disk; `oldestMs` is when the oldest of it was written. */
export interface SpoolLevel {
  bytes: number;
  oldestMs: number | undefined;
}

/** What the spool says. */
export function* factsOfSpool({ bytes, oldestMs }: SpoolLevel): Generator<MetricFact> {
  yield { metric: 'spoolBytes', value: bytes };
  yield { metric: 'spoolOldest', value: oldestMs === undefined ? 0 : oldestMs / 1000 };
}

/** How a run ended. A run that was planned only is no success: nothing was delivered. */
export function* factsOfEnd(
  { outcome, exitCode }: Pick<PushReport, 'outcome' | 'exitCode'>,
  endedMs: number,
): Generator<MetricFact> {
  const seconds = endedMs / 1000;
  yield { metric: 'runs', value: 1, labels: { outcome: outcome.replaceAll('-', '_') } };
  yield { metric: 'lastRunEnd', value: seconds };
  yield { metric: 'lastRunExitCode', value: exitCode };
  const durable = exitCode === exitCodes.done || exitCode === exitCodes.quarantined;
  if (durable && outcome !== 'planned' && outcome !== 'failed')
    yield { metric: 'lastSuccess', value: seconds };
}
