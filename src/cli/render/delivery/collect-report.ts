import type { CollectReport } from '../../../commands/collect/collect-report.ts';
import { formatBytes, formatCount, formatDuration } from '../../../core/report/format.ts';
import { layoutTable } from '../../../core/report/table.ts';
import type { Palette } from '../palette.ts';
import { evidenceLines } from './push-report.ts';

const headlines: Record<CollectReport['outcome'], (report: CollectReport, palette: Palette) => string> = {
  collected: ({ account, store }, { good }) => good(`Collected from ${account}, delivered to ${store ?? ''}`),
  'collected-with-quarantine': ({ account, store }, { warn }) =>
    warn(`Collected from ${account}, delivered to ${store ?? ''}; some lines were set aside`),
  planned: ({ account, store }, { strong }) =>
    strong(`Dry run: ${account} was read, nothing was written to ${store ?? ''}`),
  printed: ({ account }, { strong }) => strong(`Read from ${account}, printed to stdout`),
  interrupted: ({ account }, { warn }) =>
    warn(`Interrupted while collecting from ${account}: run it again, it continues where it stopped`),
  failed: ({ account }, { bad }) =>
    bad(`Stopped by an error while collecting from ${account}; run it again, it continues where it stopped`),
};

type Row = readonly [name: string, count: number, always?: boolean];

/** The report of a run of `collect` as text: headline, what was read, what became of it, how far it came. */
export function renderCollectReport(report: CollectReport, palette: Palette): string {
  const { windows, seconds, delivery } = report;
  const facts = [
    `${formatCount(windows)} ${windows === 1 ? 'window' : 'windows'}`,
    formatBytes(delivery.contentBytes),
    formatDuration(seconds * 1000),
  ];
  const rows: Row[] = [
    ['Queries read', report.rows, true],
    ['  known already', report.knownRows],
    ['  of users that no file names', report.unmappedUsers],
    ['  that left no record', report.leftOut.queries],
    ['  without an object', report.withoutObjects],
    ['  of them failed or refused', report.failedWithoutObjects],
    ['  that only ACCESS_HISTORY has', report.accessOnlyRows],
    ['  came late', report.lateRows],
    ['  whose access came late', report.lateAccessRows],
    ['Objects that no file names', report.unmappedObjects],
    ["Statements of the collector's own", report.ownStatements],
    ['Rows that could not be read', report.unreadableRows],
    ['Records', report.records, true],
    ['  of log-ins', report.logins],
    ['  that there were before', report.madeBefore],
    ...(report.outcome === 'printed' ? [] : deliveryRows(report)),
  ];
  const table = layoutTable(
    rows
      .filter(([, count, always]) => always === true || count > 0)
      .map(([name, count]) => [name, formatCount(count)]),
  );
  const parts = [
    [headlines[report.outcome](report, palette), palette.faint(facts.join(', '))],
    table,
    leftOutLines(report),
    problemLines(report, palette),
    watermarkLines(report, palette),
    evidenceLines(report),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function deliveryRows({ delivery, dryRun }: CollectReport): Row[] {
  const { balance, objects } = delivery;
  return [
    [dryRun ? '  to deliver' : '  delivered', balance.delivered, true],
    ['  already delivered', balance.alreadyDelivered],
    ['  quarantined', balance.quarantined],
    ['  not delivered', balance.undelivered],
    ['Objects stored', objects.stored + objects.planned],
  ];
}

function watermarkLines({ watermark, until, again, dryRun }: CollectReport, { faint }: Palette): string[] {
  if (watermark === null) return [];
  if (again) return [faint(`Read by hand up to ${watermark}; the next run continues where it would have.`)];
  if (dryRun) return [faint(`A run would come as far as ${until ?? watermark}.`)];
  return [faint(`Queries that ended before ${watermark} have been read.`)];
}

/** Who and what no file names, the most frequent first. */
export function leftOutLines({ leftOut }: CollectReport): string[] {
  const { users, moreUsers, objects, moreObjects } = leftOut;
  return [
    ...nameLine('Users that no file names', users, moreUsers),
    ...nameLine('Objects that no file names', objects, moreObjects),
  ];
}

const shownNames = 5;

function nameLine(title: string, names: CollectReport['leftOut']['users'], more: number): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, shownNames).map(({ name, queries }) => `${name} (${formatCount(queries)})`);
  const rest = names.length - shown.length + more;
  return [`${title}: ${shown.join(', ')}${rest === 0 ? '' : ` and ${formatCount(rest)} more`}`];
}

function problemLines({ problem }: CollectReport, { warn }: Palette): string[] {
  return problem === null ? [] : [warn(problem.message), problem.cure];
}
