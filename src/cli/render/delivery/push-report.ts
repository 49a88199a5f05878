import type { PushReport } from '../../../core/accounting/push-report.ts';
import { lineOutcomes } from '../../../core/accounting/balance.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import { hangingText } from '../hanging-text.ts';
import type { Palette } from '../palette.ts';
import {
  balanceSheet,
  ignoredLines,
  latenessTable,
  objectTable,
  originOf,
  partitionTable,
  quarantineTable,
  typeTable,
} from './push-tables.ts';

/** How a report is shown. */
export interface ReportView {
  /** All tables, and long lists in full. */
  verbose: boolean;
  /** The width of the terminal; undefined where there is none. */
  columns: number | undefined;
  /** The command that lists the lines that this run has set aside. */
  listCommand: string;
}

/**
 * The report of a run as text: what has to be looked at, then the sum of the lines, and the verdict last. Where all is well and
 * there is no terminal it is one line.
 */
export function renderPushReport(report: PushReport, palette: Palette, view: ReportView): string {
  const { verbose, columns, listCommand } = view;
  const parts = partsOf(report, palette, view);
  const sum = sumLine(report, palette);
  const facts = factsOf(report).join(', ');
  const verdict = verdicts[report.outcome](report, palette);
  if (columns === undefined && parts.length === 0 && report.exitCode === 0)
    return `${[verdict, sum, facts].join('; ')}\n`;
  const types = verbose ? [] : typesLine(report);
  const aside = report.balance.quarantined + (report.stillQuarantined ?? 0);
  const cure = aside === 0 || report.dryRun ? [] : [`  → ${listCommand}`];
  const end = [hangingText(sum, 2, columns), ...types.map((line) => hangingText(line, 2, columns))];
  const last = [palette.faint(hangingText(facts, 2, columns)), verdict, ...cure];
  return `${[...parts, [...end, ...last]].map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** What has to be looked at, and with --verbose all there is. */
function partsOf(report: PushReport, palette: Palette, { verbose, columns }: ReportView): string[][] {
  const { dryRun, evidence } = report;
  const tellsOfLog = verbose || dryRun || (evidence?.unpublished ?? 0) > 0;
  return [
    ...(verbose ? [balanceSheet(report, palette), typeTable(report, palette)] : []),
    ...(verbose && !dryRun ? [partitionTable(report, palette, verbose)] : []),
    ...(verbose || dryRun ? [objectTable(report, palette, verbose)] : []),
    ...(dryRun ? [latenessTable(report, palette)] : []),
    ignoredLines(report, palette),
    quarantineTable(report, palette, verbose),
    [
      ...warningLines(report, palette),
      ...reformattedLines(report),
      ...waitingLines(report),
      ...stillQuarantinedLines(report),
      ...(tellsOfLog ? evidenceLines(report) : []),
      ...monthLines(report),
      ...alertLines(report),
    ].map((line) => hangingText(line, 2, columns)),
  ].filter((part) => part.length > 0);
}

type Verdict = (report: PushReport, palette: Palette) => string;

const delivered: Verdict = ({ store, balance, sources }, { good, warn }) => {
  if (sources.length === 0) return warn(`Nothing to read for ${store}: no file was found, or nothing is new`);
  const known = balance.delivered === 0 && balance.alreadyDelivered > 0;
  return good(known ? `Nothing new: all of it was delivered to ${store} before` : `Delivered to ${store}`);
};

const verdicts: Record<PushReport['outcome'], Verdict> = {
  delivered,
  'delivered-with-quarantine': ({ store, balance }, { warn }) => {
    const aside = formatCounted(balance.quarantined, 'line was quarantined', 'lines were quarantined');
    const some = balance.delivered + balance.alreadyDelivered > 0;
    return warn(some ? `Delivered to ${store}; ${aside}` : `Nothing was delivered to ${store}: ${aside}`);
  },
  'delivered-in-part': ({ store }, { warn }) =>
    warn(`Delivered to ${store}, but for what is told of its sources`),
  planned: ({ store }, { strong }) => strong(`Dry run: nothing was written to ${store}`),
  interrupted: ({ store }, { warn }) =>
    warn(`Interrupted on the way to ${store}: run it again, nothing will be stored twice`),
  failed: ({ store }, { bad }) =>
    bad(`Stopped by an error on the way to ${store}; what is stored stays, and is not stored twice`),
};

const outcomeWords: Readonly<Record<(typeof lineOutcomes)[number], string>> = {
  delivered: 'delivered',
  alreadyDelivered: 'already delivered',
  duplicate: 'duplicate',
  notSelected: 'not selected',
  ignored: 'ignored',
  quarantined: 'quarantined',
  blank: 'blank',
  undelivered: 'not delivered',
};

/** The balance sheet in a line: what has none of it is left out. */
function sumLine(report: PushReport, { bad }: Palette): string {
  const { balance, balanced, dryRun } = report;
  const words = { ...outcomeWords, ...(dryRun ? { delivered: 'to deliver' } : {}) };
  const rows = lineOutcomes.flatMap((name) =>
    balance[name] === 0 ? [] : [`${formatCount(balance[name])} ${words[name]}`],
  );
  const read = `${formatCounted(balance.read, 'line', 'lines')} from ${originOf(report)}`;
  const sum = rows.length === 0 ? read : `${read}: ${rows.join(', ')}`;
  return balanced ? sum : `${sum}; ${bad('NOT BALANCED')}`;
}

/** Which types were delivered, where there are several. */
function typesLine({ types, dryRun }: PushReport): string[] {
  const rows = types.flatMap(({ type, delivered }) =>
    delivered === 0 ? [] : [`${type} ${formatCount(delivered)}`],
  );
  return rows.length === 0 ? [] : [`${dryRun ? 'To deliver' : 'Delivered'} by type: ${rows.join(', ')}`];
}

/** Of fewer lines, or in less time, a speed says nothing. */
const leastOfSpeed = { lines: 1000, seconds: 1 };

function factsOf(report: PushReport): string[] {
  const { contentBytes, seconds, throughput, objects, balance } = report;
  const { linesPerSecond, bytesPerSecond } = throughput;
  const sizes =
    objects.length === 0
      ? []
      : [formatCounted(objects.length, 'object', 'objects'), formatBytes(contentBytes)];
  const speed =
    balance.read < leastOfSpeed.lines || seconds < leastOfSpeed.seconds
      ? []
      : [`${formatCount(linesPerSecond)} lines/s, ${formatBytes(bytesPerSecond)}/s`];
  return [...sizes, ...storedFacts(report), formatDuration(seconds * 1000), ...speed];
}

/** What the store was sent and what it keeps of it. */
function storedFacts({ store, objects, compressedBytes, putRequests, dryRun }: PushReport): string[] {
  if (objects.length === 0) return [];
  const fresh = objects.filter(({ status }) => status !== 'already-there');
  const stored = fresh.reduce((sum, object) => sum + object.compressedBytes, 0);
  const requests = store.startsWith('s3://')
    ? [formatCounted(putRequests, 'PUT request', 'PUT requests')]
    : [];
  if (fresh.length === 0) return ['all there already', ...requests];
  const size =
    fresh.length === objects.length
      ? formatBytes(compressedBytes)
      : `${formatBytes(stored)} in ${formatCount(fresh.length)} new ones`;
  return [dryRun ? `compressed ${size}` : `stored as ${size}`, ...requests];
}

/** What is said of sources whose lines are not those that were delivered. */
const formatWords: Readonly<Record<PushReport['sources'][number]['format'], string>> = {
  lines: 'several events on one line: each was written as a line of its own',
  concatenated: 'several events on one line: each was written as a line of its own',
  array: 'one JSON array: its events were written as compact lines',
  objects: 'JSON over several lines: its events were written as compact lines',
  envelope: 'events within other documents: they were written as compact lines',
};

/** Lines that are not those of their source, byte for byte. */
function reformattedLines({ sources }: PushReport): string[] {
  return sources
    .filter((source) => source.reformatted)
    .map(({ name, format }) => `${printable(name)} held ${formatWords[format]}.`);
}

/** What requests and scans come to: small objects cost more than their bytes. */
function monthLines({ month }: PushReport): string[] {
  if (month === undefined) return [];
  const { objects, putUsd, getUsd, scanUsd } = month;
  const usd = (amount: number): string => `${amount.toPrecision(2)} USD`;
  return [
    `A month of such days: ${formatCounted(objects, 'object', 'objects')}; their PUTs ${usd(putUsd)}, a GET of each ${usd(getUsd)}, one scan by Athena ${usd(scanUsd)}.`,
  ];
}

function alertLines({ alerts }: PushReport): string[] {
  if (alerts === undefined) return [];
  const known = alerts.alreadyThere === 0 ? '' : `, ${formatCount(alerts.alreadyThere)} were there`;
  const failed = alerts.failed === 0 ? '' : `, ${formatCount(alerts.failed)} could not be`;
  return [`${formatCounted(alerts.stored, 'alert', 'alerts')} written below _alerts/${known}${failed}`];
}

function stillQuarantinedLines({ stillQuarantined = 0 }: PushReport): string[] {
  if (stillQuarantined === 0) return [];
  const lines = formatCounted(stillQuarantined, 'line waits', 'lines wait');
  return [`${lines} in quarantine since earlier runs.`];
}

function waitingLines({ waiting }: PushReport): string[] {
  return waiting.map(({ source, bytes, isBeingWritten }) =>
    isBeingWritten === true
      ? `${printable(source)} is still being written: the next run reads it (--final: read it as it is).`
      : `${printable(source)}: its last ${formatCounted(bytes, 'byte is', 'bytes are')} no whole line yet and ${bytes === 1 ? 'waits' : 'wait'} for the rest (--final: nothing more will come).`,
  );
}

function warningLines({ warnings }: PushReport, { warn }: Palette): string[] {
  return warnings.flatMap(({ type, warning, lines, firstSource, firstLine, schemaLine }) => [
    warn(
      `Warning: ${type}: ${printable(warning)} in ${formatCounted(lines, 'line', 'lines')}, first ${printable(firstSource)}, line ${firstLine} (delivered all the same)`,
    ),
    ...(schemaLine === undefined ? [] : [`  takes it in: ${printable(schemaLine)}`]),
  ]);
}

/** How the log of what was delivered stands. */
export function evidenceLines({ evidence, dryRun }: Pick<PushReport, 'evidence' | 'dryRun'>): string[] {
  if (evidence === undefined || evidence.log === null) return [];
  const { log, leaves, unpublished, putRequests, bytes } = evidence;
  const cost = `${formatCounted(putRequests, 'PUT request', 'PUT requests')}, ${formatBytes(bytes)}`;
  if (dryRun) return [`The log of it would take about ${cost}.`];
  const left = unpublished === 0 ? '' : `, ${formatCount(unpublished)} not published yet`;
  return [
    `Log ${log}: ${formatCounted(leaves, 'leaf', 'leaves')}${left}${putRequests === 0 ? '' : ` (${cost})`}`,
  ];
}
