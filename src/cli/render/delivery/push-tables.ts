import type { PushReport } from '../../../core/accounting/push-report.ts';
import { formatBytes, formatCount } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import { layoutTable } from '../../../core/report/table.ts';
import type { Palette } from '../palette.ts';

/** Rows of a long list that are shown without --verbose. */
const shownRows = 16;

/** What the lines are from, in a word or two. */
export function originOf({ sources }: PushReport): string {
  return sources.length === 1 ? printable(sources[0]?.name ?? '') : `${formatCount(sources.length)} sources`;
}

/** The whole sheet, zeros and all. */
export function balanceSheet(report: PushReport, { strong, good, bad }: Palette): string[] {
  const { balance, balanced, dryRun } = report;
  const rows: [string, number][] = [
    [dryRun ? 'to deliver' : 'delivered', balance.delivered],
    ['already delivered', balance.alreadyDelivered],
    ['duplicate', balance.duplicate],
    ['not selected', balance.notSelected],
    ['ignored', balance.ignored],
    ['quarantined', balance.quarantined],
    ['blank', balance.blank],
    ...(balance.undelivered === 0 ? [] : ([['not delivered', balance.undelivered]] as [string, number][])),
  ];
  const verdict = balanced ? good('balanced') : bad('NOT BALANCED');
  const table = layoutTable([
    [`Lines read from ${originOf(report)}`, formatCount(balance.read)],
    ...rows.map(([name, lines]) => [`  ${name}`, formatCount(lines)]),
  ]);
  return [strong(table[0] ?? ''), ...table.slice(1), `  ${verdict}`];
}

/** What was left out on request, by reason. */
export function ignoredLines({ ignored = [] }: PushReport, { strong }: Palette): string[] {
  if (ignored.length === 0) return [];
  const rows = ignored.map(({ reason, means, lines }) => [reason, means, formatCount(lines)]);
  const [first = '', ...rest] = layoutTable([['Ignored (--ignore)', '', 'lines'], ...rows], 2);
  return [strong(first), ...rest];
}

/** What became of the lines of each type. */
export function typeTable({ types, dryRun, balance }: PushReport, { strong }: Palette): string[] {
  if (types.length === 0) return [];
  const rest = balance.undelivered === 0 ? [] : ['not delivered'];
  const head = [
    'Audit type',
    'recognised',
    dryRun ? 'to deliver' : 'delivered',
    'already',
    'not selected',
    'quarantined',
    ...rest,
  ];
  const rows = types.map(({ type, recognised, delivered, alreadyDelivered, notSelected, quarantined }) => {
    const known = [delivered, alreadyDelivered, notSelected, quarantined];
    const undelivered = recognised - known.reduce((sum, lines) => sum + lines, 0);
    return [type, ...[recognised, ...known, ...rest.map(() => undelivered)].map(formatCount)];
  });
  const [first = '', ...others] = layoutTable([head, ...rows]);
  return [strong(first), ...others];
}

function shorten(lines: string[], verbose: boolean, what: string): string[] {
  if (verbose || lines.length <= shownRows + 1) return lines;
  return [
    ...lines.slice(0, shownRows),
    `… and ${formatCount(lines.length - shownRows)} more ${what} (--verbose or --json shows all)`,
  ];
}

/** What went into which folder. */
export function partitionTable({ partitions }: PushReport, { strong }: Palette, verbose: boolean): string[] {
  if (partitions.length === 0) return [];
  const head = ['Partition', 'lines', 'new', 'already', 'objects', 'bytes', 'stored'];
  const rows = partitions.map(
    ({ folder, lines, delivered, alreadyDelivered, objects, bytes, compressedBytes }) => [
      folder,
      ...[lines, delivered, alreadyDelivered, objects].map(formatCount),
      formatBytes(bytes),
      formatBytes(compressedBytes),
    ],
  );
  const [first = '', ...rest] = layoutTable([head, ...rows]);
  return [strong(first), ...shorten(rest, verbose, 'partitions')];
}

/** Each object, or in a dry run each that would be. */
export function objectTable(
  { objects, dryRun }: PushReport,
  { strong }: Palette,
  verbose: boolean,
): string[] {
  if (objects.length === 0) return [];
  const head = [dryRun ? 'Object that would be written' : 'Object', 'lines', 'bytes', 'stored', 'status'];
  const rows = objects.map(({ key, lines, bytes, compressedBytes, status }) => [
    key,
    formatCount(lines),
    formatBytes(bytes),
    formatBytes(compressedBytes),
    status,
  ]);
  const [first = '', ...rest] = layoutTable([head, ...rows]);
  return [strong(first), ...shorten(rest, verbose, 'objects')];
}

/** How old the events are. */
export function latenessTable({ lateness }: PushReport, { strong }: Palette): string[] {
  if (lateness.length === 0) return [];
  const [first = '', ...rest] = layoutTable([
    ['Age of the events', 'lines'],
    ...lateness.map(({ age, lines }) => [age, formatCount(lines)]),
  ]);
  return [strong(first), ...rest];
}

/** What was set aside, by reason. */
export function quarantineTable(
  { quarantine, balance }: PushReport,
  { strong, faint }: Palette,
  verbose: boolean,
): string[] {
  if (balance.quarantined === 0) return [];
  const rows = quarantine.reasons.map(({ reason, means, lines }) => [reason, means, formatCount(lines)]);
  const [first = '', ...rest] = layoutTable([['Quarantined', '', 'lines'], ...rows], 2);
  const file = verbose && quarantine.file !== null ? [faint(`In ${quarantine.file}`)] : [];
  return [strong(first), ...rest, ...file];
}
