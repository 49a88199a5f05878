import type { PushReport } from '../accounting/push-report.ts';
import { exitCodes, isAuditExportError } from '../../errors.ts';
import { emptyBalance } from '../accounting/balance.ts';
import type { EventTimes } from './event-times.ts';
import type { RunEnding, RunOutcome, TypeFacts } from '../../ports/state/run-history.ts';

const longestMessage = 500;
/** What schemas do not know is listed so far; the report has it all. */
const mostUnknown = 20;

/** What the history keeps of a run that has ended. `times`: of the events of it that are durable, as whole batches. */
export function endOfPush(report: PushReport, times: EventTimes): RunEnding {
  const {
    balance,
    objects,
    contentBytes,
    compressedBytes,
    retries,
    exitCode,
    error,
    problem,
    note,
    evidence,
  } = report;
  const reason = error ?? problem ?? evidence?.problem ?? null;
  const unknown = report.warnings.flatMap(({ type, warning, lines, schemaLine }) =>
    schemaLine === undefined ? [] : [{ type, warning, lines, schemaLine }],
  );
  return {
    endedMs: Date.parse(report.endedAt),
    outcome: outcomeOf(report),
    exitCode,
    reason:
      reason === null
        ? null
        : { code: reason.code, message: reason.message.slice(0, longestMessage), cure: reason.cure },
    ...(note === undefined ? {} : { note: note.slice(0, longestMessage) }),
    balance,
    types: typeFacts(
      report.types.map((counts) => [counts.type, counts]),
      times,
    ),
    objects: objects.length,
    bytes: contentBytes,
    compressedBytes,
    retries,
    ...(unknown.length === 0 ? {} : { unknown: unknown.slice(0, mostUnknown) }),
  };
}

/** What the history keeps of a run that came to nothing: it was ended by an error before anything was read. */
export function endOfError(error: unknown, endedMs: number): RunEnding {
  const known = isAuditExportError(error) ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return {
    endedMs,
    outcome: 'failed',
    exitCode: known?.exitCode ?? exitCodes.bug,
    reason: {
      code: known?.code ?? 'unexpected',
      message: message.slice(0, longestMessage),
      cure: known?.cure ?? null,
    },
    balance: emptyBalance(),
    types: {},
    objects: 0,
    bytes: 0,
    compressedBytes: 0,
    retries: {},
  };
}

type Counts = Pick<TypeFacts, 'delivered' | 'alreadyDelivered'>;

function typeFacts(types: readonly [string, Counts][], eventTimes: EventTimes): Record<string, TypeFacts> {
  const times = eventTimes.times();
  return Object.fromEntries(
    types.map(([type, { delivered, alreadyDelivered }]): [string, TypeFacts] => {
      const { earliest = null, latest = null } = times[type] ?? {};
      return [type, { delivered, alreadyDelivered, earliest, latest }];
    }),
  );
}

/** A dry run delivers nothing and is not kept; should one be, it must not pass for a delivery. */
function outcomeOf({ outcome }: PushReport): RunOutcome {
  return outcome === 'planned' ? 'interrupted' : outcome;
}
