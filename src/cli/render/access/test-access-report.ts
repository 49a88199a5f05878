import type { AccessReport, ProbeReport } from '../../../core/access/access-report.ts';
import { hangingText } from '../hanging-text.ts';
import type { Palette } from '../palette.ts';
import { markOf } from './test-access-lines.ts';

/** What is wrong with what cures it, then what stays behind; the verdict comes last, broken where the terminal ends. */
export function renderAccessReport(report: AccessReport, palette: Palette, columns?: number): string {
  const { strong, faint } = palette;
  const { left, bucket, prefix, roleArn, counts } = report;
  const store = `s3://${bucket}/${prefix === '' ? '' : `${prefix}/`}`;
  const by = roleArn === null ? '' : ` through ${roleArn.slice(roleArn.lastIndexOf('/') + 1)}`;
  const tried = `${store}${by}: ${counts.pass} of ${report.probes.length} probes passed (--verbose shows all)`;
  const litter = `The test has left ${shortList(left)} (always the same, so repeats leave nothing more).`;
  const parts = [
    [faint(hangingText(tried, 0, columns))],
    curesOf(report.probes, palette, columns),
    left.length === 0 ? [] : [faint(hangingText(litter, 0, columns))],
    [strong(verdictLine(report, palette, columns))],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n')}\n`;
}

/** The first of them, and how many more of their kind. */
function shortList([first = '', ...others]: readonly string[]): string {
  return others.length < 2
    ? [first, ...others].join(' and ')
    : `${first}, and one where each of ${others.length} audit types would lie`;
}

function verdictLine(
  { verdict, summary, waitedMs }: AccessReport,
  { good, bad, warn }: Palette,
  columns: number | undefined,
): string {
  const tone = { passed: good, failed: bad, 'not-yet-visible': warn, 'as-far-as-seen': warn }[verdict];
  const waited = waitedMs < 1000 ? '' : ` (waited ${Math.round(waitedMs / 1000)} s)`;
  return tone(hangingText(`${summary}${waited}`, 0, columns));
}

/** Each cure once, below all that it cures, the failures first. AWS is asked about them by code and request id. */
function curesOf(reports: readonly ProbeReport[], palette: Palette, columns: number | undefined): string[] {
  // The worst stands nearest to the verdict.
  const wanting = ['skipped', 'warn', 'not-yet-visible', 'fail'] as const;
  const rows = wanting.flatMap((wanted) =>
    reports.filter(({ status, cure }) => status === wanted && cure !== null),
  );
  const cures = [...new Set(rows.map(({ cure }) => cure))];
  return cures.flatMap((cure) => {
    const cured = rows
      .filter((row) => row.cure === cure)
      .map(
        (row) =>
          `${markOf(row.status, palette)} ${row.probe} ${palette.faint(layerAndAnswer(row))} ${hangingText(row.message, 4, columns)}`,
      );
    return cured.concat(`  → ${hangingText(cure ?? '', 4, columns)}`);
  });
}

function layerAndAnswer({ layer, awsError, requestId }: ProbeReport): string {
  const answer = [awsError, requestId === null ? null : `request ${requestId}`].filter(
    (part) => part !== null,
  );
  return answer.length === 0 || awsError === null ? `(${layer})` : `(${layer}: ${answer.join(', ')})`;
}
