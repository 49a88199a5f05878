import type { CheckProbeReport, CheckReport, CheckStatus } from '../../../core/collect/check/check-report.ts';
import { printable } from '../../../core/report/printable.ts';
import type { Palette } from '../palette.ts';

const marks: Record<CheckStatus, { word: string; paint: keyof Palette }> = {
  pass: { word: 'pass', paint: 'good' },
  warn: { word: 'warn', paint: 'warn' },
  fail: { word: 'FAIL', paint: 'bad' },
  skipped: { word: 'skip', paint: 'faint' },
};

/** One probe of `collect snowflake --check` as it is done: what was tried, what came of it, and what cures it. */
export function renderCheckProbe(
  { status, title, message, cure }: CheckProbeReport,
  palette: Palette,
): string {
  const { word, paint } = marks[status];
  const lines = [
    `${palette[paint](word)}  ${title}`,
    `      ${palette.faint(printable(message))}`,
    ...(cure === null ? [] : [`      → ${printable(cure)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What the check came to, and the SQL that is missing, ready to be run. */
export function renderCheckVerdict({ verdict, summary, grants }: CheckReport, palette: Palette): string {
  const missing =
    grants.length === 0 ? [] : ['', palette.strong('What an administrator has to run:'), ...grants];
  const lines = ['', palette[verdict === 'passed' ? 'good' : 'bad'](summary), ...missing];
  return `${lines.join('\n')}\n`;
}
