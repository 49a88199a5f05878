import type { AccessReport, ProbeReport } from '../../core/access/access-report.ts';
import { hangingText } from './hanging-text.ts';
import type { Palette } from './palette.ts';
import { markOf } from './test-access-lines.ts';

/** The verdict, then what cures what was found, then what stays behind, broken where the terminal ends. */
export function renderAccessReport(report: AccessReport, palette: Palette, columns?: number): string {
  const { strong, faint } = palette;
  const { left } = report;
  const litter =
    left.length === 0
      ? []
      : [
          faint(
            hangingText(
              `The test has left ${left.join(' and ')} (always the same, so repeats leave nothing more).`,
              0,
              columns,
            ),
          ),
        ];
  const parts = [[strong(verdictLine(report, palette))], curesOf(report.probes, palette, columns), litter];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function verdictLine({ verdict, summary, waitedMs }: AccessReport, { good, bad, warn }: Palette): string {
  const tone = { passed: good, failed: bad, 'not-yet-visible': warn, 'as-far-as-seen': warn }[verdict];
  const waited = waitedMs < 1000 ? '' : ` (waited ${Math.round(waitedMs / 1000)} s)`;
  return tone(`${summary}${waited}`);
}

/** Each cure once, below all that it cures, the failures first. AWS is asked about them by code and request id. */
function curesOf(reports: readonly ProbeReport[], palette: Palette, columns: number | undefined): string[] {
  const wanting = ['fail', 'not-yet-visible', 'warn', 'skipped'] as const;
  const rows = wanting.flatMap((wanted) =>
    reports.filter(({ status, cure }) => status === wanted && cure !== null),
  );
  const cures = [...new Set(rows.map(({ cure }) => cure))];
  return cures.flatMap((cure) => {
    const cured = rows
      .filter((row) => row.cure === cure)
      .map((row) => `${markOf(row.status, palette)} ${row.probe} ${palette.faint(layerAndAnswer(row))}`);
    return cured.concat(`  → ${hangingText(cure ?? '', 4, columns)}`);
  });
}

function layerAndAnswer({ layer, awsError, requestId }: ProbeReport): string {
  const answer = [awsError, requestId === null ? null : `request ${requestId}`].filter(
    (part) => part !== null,
  );
  return answer.length === 0 || awsError === null ? `(${layer})` : `(${layer}: ${answer.join(', ')})`;
}
