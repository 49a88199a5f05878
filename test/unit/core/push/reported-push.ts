import { sourceProblem } from '../../../../src/commands/push/session/problems.ts';
import { buildPushReport, endOf } from '../../../../src/core/accounting/push-report.ts';
import type { PushReport } from '../../../../src/core/accounting/push-report.ts';
import type { PartRange } from '../../../../src/core/push/source-part.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { Source } from '../../../../src/ports/sources/source.ts';
import type { Run, RunSettings } from './pushing.ts';
import { contentsOf, eventLine, runPush } from './pushing.ts';

/** Six events. */
export const lines = Array.from({ length: 6 }, (_, n) => eventLine(n, 0));
/** Lines as a log holds them. */
export const text = (...some: readonly string[]): string => some.map((line) => `${line}\n`).join('');

/** A source that yields these pieces and then, with a code, breaks off. */
export function sourceOf(name: string, pieces: readonly (string | Buffer)[], breaksWith?: ErrorCode): Source {
  return {
    name,
    storedBytes: undefined,
    async *read() {
      for (const piece of pieces) yield Buffer.from(piece);
      if (breaksWith !== undefined)
        throw new AuditExportError(breaksWith, `${name} breaks off.`, { cure: 'Mend it.' });
    },
  };
}

/** All of a source whose place is kept. */
export const whole: PartRange = {
  from: { stored: 0, offset: 0, lines: 0 },
  to: Number.POSITIVE_INFINITY,
  plain: true,
  checksum: 0,
  headHash: '',
  format: 'lines',
  skipEnding: false,
  isFinal: true,
};

/** The same of a log that more may come to. */
export const growing: PartRange = { ...whole, isFinal: false };

/** A run, what it says of itself, and the lines that it delivered and set aside. */
export interface ReportedRun extends Run {
  report: PushReport;
  delivered: string;
  setAside: string[];
}

/** Pushes sources whose places are kept; what single ones fail with is in the report. */
export async function push(sources: readonly Source[], job: RunSettings['job'] = {}): Promise<ReportedRun> {
  const parts = sources.map((source) => ({ source, part: whole }));
  const run = await runPush({ sources, lookahead: 2, job: { parts, ...job } });
  const built = buildPushReport(run.result, {
    store: 'x',
    profile: undefined,
    quarantineFolder: 'q',
    dryRun: false,
    startedMs: 0,
    endedMs: 1,
  });
  const failed = run.result.sources.flatMap(({ name, failure }) =>
    failure === undefined ? [] : [{ name, failure }],
  );
  const failures = failed.map(({ failure }) => failure);
  const problems = failed.map(({ name, failure }) => sourceProblem(name, failure));
  const report = { ...built, ...endOf({ ...run.result, failures, problems }, built) };
  const delivered = contentsOf(run.store)
    .map(({ content }) => content)
    .join('');
  return { ...run, report, delivered, setAside: run.quarantine.lines.map(({ bytes }) => bytes.toString()) };
}
