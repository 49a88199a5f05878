import type { PushReport } from '../../../core/accounting/push-report.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../../core/report/format.ts';
import { layoutTable } from '../../../core/report/table.ts';
import { printable } from '../../../core/report/printable.ts';
import type { Palette } from '../palette.ts';

/** Rows of a long list that are shown without --verbose. */
const shownRows = 16;

/** How a report is shown. */
export interface ReportView {
  /** Long lists in full. */
  verbose: boolean;
  /** The command that lists the lines that this run has set aside. */
  listCommand: string;
}

/** The report of a run as text: headline, balance sheet, types, partitions, what was set aside, warnings. */
export function renderPushReport(report: PushReport, palette: Palette, shown: ReportView): string {
  const { verbose, listCommand } = shown;
  const parts = [
    headline(report, palette),
    balanceSheet(report, palette),
    typeTable(report, palette),
    report.dryRun || verbose
      ? objectTable(report, palette, verbose)
      : partitionTable(report, palette, verbose),
    report.dryRun ? latenessTable(report, palette) : [],
    ignoredLines(report, palette),
    quarantineLines(report, palette, listCommand),
    warningLines(report, palette),
    waitingLines(report),
    evidenceLines(report),
    monthLines(report),
    alertLines(report),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

const headlines: Record<PushReport['outcome'], (report: PushReport, palette: Palette) => string> = {
  delivered: ({ store }, { good }) => good(`Delivered to ${store}`),
  'delivered-with-quarantine': ({ store }, { warn }) =>
    warn(`Delivered to ${store}; some lines were quarantined`),
  'delivered-in-part': ({ store }, { warn }) =>
    warn(`Delivered to ${store}, but for what is told of its sources`),
  planned: ({ store }, { strong }) => strong(`Dry run: nothing was written to ${store}`),
  interrupted: ({ store }, { warn }) =>
    warn(`Interrupted on the way to ${store}: run it again, nothing will be stored twice`),
  failed: ({ store }, { bad }) =>
    bad(`Stopped by an error on the way to ${store}; what is stored stays, and is not stored twice`),
};

function headline(report: PushReport, palette: Palette): string[] {
  const { contentBytes, seconds, throughput, objects } = report;
  const speed = `${formatCount(throughput.linesPerSecond)} lines/s, ${formatBytes(throughput.bytesPerSecond)}/s`;
  const facts = [
    formatCounted(objects.length, 'object', 'objects'),
    formatBytes(contentBytes),
    ...storedFacts(report),
    formatDuration(seconds * 1000),
    speed,
  ];
  const nothing =
    report.sources.length === 0 && report.error === null
      ? [palette.warn('There was nothing to read: no file was found, or nothing in them is new.')]
      : [];
  return [headlines[report.outcome](report, palette), palette.faint(facts.join(', ')), ...nothing];
}

/** What the store was sent and what it keeps of it. */
function storedFacts({ store, objects, compressedBytes, putRequests, dryRun }: PushReport): string[] {
  if (objects.length === 0) return [];
  const fresh = objects.filter(({ status }) => status !== 'already-there');
  const stored = fresh.reduce((sum, object) => sum + object.compressedBytes, 0);
  const requests = store.startsWith('s3://')
    ? [`${formatCount(putRequests)} PUT ${putRequests === 1 ? 'request' : 'requests'}`]
    : [];
  if (fresh.length === 0) return ['all there already', ...requests];
  const size =
    fresh.length === objects.length
      ? formatBytes(compressedBytes)
      : `${formatBytes(stored)} in ${formatCount(fresh.length)} new ones`;
  return [dryRun ? `compressed ${size}` : `stored as ${size}`, ...requests];
}

function balanceSheet(
  { balance, balanced, dryRun, sources }: PushReport,
  { strong, good, bad }: Palette,
): string[] {
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
  const from =
    sources.length === 1 ? printable(sources[0]?.name ?? '') : `${formatCount(sources.length)} sources`;
  const table = layoutTable([
    [`Lines read from ${from}`, formatCount(balance.read)],
    ...rows.map(([name, lines]) => [`  ${name}`, formatCount(lines)]),
  ]);
  const reformatted = sources
    .filter((source) => source.reformatted)
    .map(({ name, format }) => `  ${printable(name)} held ${formatWords[format]}.`);
  const known = sources.reduce((sum, { knownLines = 0 }) => sum + knownLines, 0);
  const vouched =
    known === 0
      ? []
      : [
          `  ${formatCount(known)} of these were delivered by earlier runs and not read again; --reread offers them again.`,
        ];
  return [strong(table[0] ?? ''), ...table.slice(1), `  ${verdict}`, ...vouched, ...reformatted];
}

/** What is said of sources whose lines are not those that were delivered. */
const formatWords: Readonly<Record<PushReport['sources'][number]['format'], string>> = {
  lines: 'several events on one line: each was written as a line of its own',
  concatenated: 'several events on one line: each was written as a line of its own',
  array: 'one JSON array: its events were written as compact lines',
  objects: 'JSON over several lines: its events were written as compact lines',
  envelope: 'events within other documents: they were written as compact lines',
};

function ignoredLines({ ignored = [] }: PushReport, { strong }: Palette): string[] {
  if (ignored.length === 0) return [];
  const rows = ignored.map(({ reason, means, lines }) => [reason, means, formatCount(lines)]);
  const [first = '', ...rest] = layoutTable([['Ignored (--ignore)', '', 'lines'], ...rows], 2);
  return [strong(first), ...rest];
}

function typeTable({ types, dryRun, balance }: PushReport, { strong }: Palette): string[] {
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

function waitingLines({ waiting }: PushReport): string[] {
  return waiting.map(
    ({ source, bytes }) =>
      `${printable(source)}: its last ${formatCounted(bytes, 'byte is', 'bytes are')} no whole line yet and ${bytes === 1 ? 'waits' : 'wait'} for the rest (--final: nothing more will come).`,
  );
}

function shorten(lines: string[], verbose: boolean, what: string): string[] {
  if (verbose || lines.length <= shownRows + 1) return lines;
  return [
    ...lines.slice(0, shownRows),
    `… and ${formatCount(lines.length - shownRows)} more ${what} (--verbose or --json shows all)`,
  ];
}

function partitionTable({ partitions }: PushReport, { strong }: Palette, verbose: boolean): string[] {
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

function objectTable({ objects, dryRun }: PushReport, { strong }: Palette, verbose: boolean): string[] {
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

function latenessTable({ lateness }: PushReport, { strong }: Palette): string[] {
  if (lateness.length === 0) return [];
  const [first = '', ...rest] = layoutTable([
    ['Age of the events', 'lines'],
    ...lateness.map(({ age, lines }) => [age, formatCount(lines)]),
  ]);
  return [strong(first), ...rest];
}

function quarantineLines(
  { quarantine, balance, dryRun }: PushReport,
  { strong, faint }: Palette,
  listCommand: string,
): string[] {
  if (balance.quarantined === 0) return [];
  const rows = quarantine.reasons.map(({ reason, means, lines }) => [reason, means, formatCount(lines)]);
  const [first = '', ...rest] = layoutTable([['Set aside', '', 'lines'], ...rows], 2);
  const where =
    dryRun || quarantine.file === null
      ? []
      : [faint(`In ${quarantine.file}; look at them with: ${listCommand}`)];
  return [strong(first), ...rest, ...where];
}

function warningLines({ warnings }: PushReport, { warn }: Palette): string[] {
  return warnings.flatMap(({ type, warning, lines, firstSource, firstLine, schemaLine }) => [
    warn(
      `Warning: ${type}: ${printable(warning)} in ${formatCount(lines)} lines, first ${printable(firstSource)}, line ${firstLine} (delivered all the same)`,
    ),
    ...(schemaLine === undefined ? [] : [`  takes it in: ${printable(schemaLine)}`]),
  ]);
}

/** How the log of what was delivered stands. */
export function evidenceLines({ evidence, dryRun }: Pick<PushReport, 'evidence' | 'dryRun'>): string[] {
  if (evidence === undefined || evidence.log === null) return [];
  const { log, leaves, unpublished, putRequests, bytes } = evidence;
  const cost = `${formatCount(putRequests)} PUT requests, ${formatBytes(bytes)}`;
  if (dryRun) return [`The log of it would take about ${cost}.`];
  const left = unpublished === 0 ? '' : `, ${formatCount(unpublished)} not published yet`;
  return [
    `Log ${log}: ${formatCounted(leaves, 'leaf', 'leaves')}${left}${putRequests === 0 ? '' : ` (${cost})`}`,
  ];
}
