import type { JudgedRun } from '../../core/runs/run-states.ts';
import type { StatusRun } from './status-report.ts';
import type { RunProgress } from '../../ports/state/run-history.ts';

/** One run as the report shows it. */
export function shownRun(run: JudgedRun): StatusRun {
  const { id, command, store, host, pid, startedAt, inputs, attempt, state, end, mark } = run;
  const facts = { id, command, store, host, pid, startedAt, inputs, attempt, outcome: state };
  return { ...facts, ...endOf(run), ...progressOf(end ?? mark) };
}

function endOf({
  startedAt,
  end,
}: JudgedRun): Pick<StatusRun, 'endedAt' | 'seconds' | 'exitCode' | 'reason' | 'note'> {
  if (end === undefined) return { endedAt: null, seconds: null, exitCode: null, reason: null };
  const { endedAt, exitCode, reason, note } = end;
  const seconds = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return { endedAt, seconds, exitCode, reason, ...(note === undefined ? {} : { note }) };
}

function progressOf(
  progress: RunProgress | undefined,
): Pick<StatusRun, 'lines' | 'objects' | 'bytes' | 'retries'> {
  if (progress === undefined) return { lines: null, objects: null, bytes: null, retries: {} };
  const { balance, objects, bytes, retries } = progress;
  const { read, delivered, alreadyDelivered, quarantined } = balance;
  return { lines: { read, delivered, alreadyDelivered, quarantined }, objects, bytes, retries };
}
