import type { CompactReport } from '../../../commands/compact/compact-report.ts';
import type { CompactOptions } from '../../../commands/compact/settings.ts';
import { compactSettings } from '../../../commands/compact/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { exitCodes } from '../../../errors.ts';
import type { WantedObjects } from '../../../core/readers/stored-object.ts';
import type { OpenedEvents } from '../../contexts/readers/readers-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Verb } from '../../verb.ts';

export const compactVerb: Verb = {
  path: ['compact'],
  summary: 'the events in the store as daily Parquet files, each traceable to its sources',
  args: [],
  settings: compactSettings,
  readsProfile: true,
  notes: `Writes the standard columns of each type and day as Parquet, to audit_type=<type>/event_date=<day>/ below --to. Each object of the store is
in exactly one file; running it again, in two places at once, or after late objects doubles nothing: what a file is made of is claimed
first, below _audit-export/compact/. The metadata of a file names its sources with the SHA-256 of their content.

--ocsf writes OCSF 1.3.0 instead, as Amazon Security Lake takes it: one class a source, to
ext/<--ocsf-source>-<class>/region=<region>/accountId=<account>/eventDay=<day>/, sorted by time.

--engine athena has Athena write the standard columns instead, by one UNLOAD over the views that consumers athena --apply made, into an empty
place, when the data has outgrown one machine (npm install @aws-sdk/client-athena); what it read and what that costs is said.

Needs s3:ListBucket and s3:GetObject on the store and on --to, and s3:PutObject on --to, with the credentials of whoever runs it. Where --to
may only be written, as a source's role of Security Lake does, --claims names the place for the rest.

Examples:
  audit-export compact --profile acme --to s3://acme-audit-curated
  audit-export compact --from ./export --to ./curated --until 2026-09-30 --with-raw
  audit-export compact --profile acme --ocsf --to s3://aws-security-data-lake-us-east-1-x --claims s3://acme-curated --region us-east-1
  audit-export compact --profile acme --engine athena --to s3://acme-curated-2026-09 --since 2026-09-01 --until 2026-09-30
  audit-export query --curated ./curated "SELECT actor, count(*) FROM events GROUP BY ALL"

Exit codes: 0 done; 3 the client of Athena is not installed, or Athena failed; 4 denied; 6 something could not be read or stored: it is named, run it again.`,
  run: async ({ context, options }) => {
    const given = options as unknown as Given;
    const { checkTypes } = await import('../../../commands/push/plan/check-request.ts');
    const { parseTimeRange } = await import('../../../core/readers/find/time-range.ts');
    const { openEvents } = await import('../../contexts/readers/readers-context.ts');
    const events = await openEvents(given, context);
    try {
      checkTypes(given.types, [...new Set(events.types.map(({ descriptor }) => descriptor.type))]);
      const { layout } = events;
      const wanted = { types: given.types, layout, ...parseTimeRange(given, Date.now()) };
      return await (given.engine === 'athena'
        ? byAthena(wanted, events, { given, context })
        : byNode(wanted, events, { given, context }));
    } finally {
      await events.reader.close();
    }
  },
};

type Given = GlobalOptions & CompactOptions;
type Wanted = WantedObjects & { layout: string };
interface Call {
  given: Given;
  context: CliContext;
}

async function byNode(wanted: Wanted, events: OpenedEvents, { given, context }: Call): Promise<number> {
  const { compact } = await import('../../../commands/compact/index.ts');
  const { buildCompactHost, closeCompactHost, lakeOf } =
    await import('../../contexts/readers/compact-context.ts');
  const lake = given.ocsf ? { lake: await lakeOf(given, context) } : {};
  const host = await buildCompactHost(events, given, context);
  const { formatCounted } = await import('../../../core/report/format.ts');
  const onFile = ({ key, lines }: CompactReport['files'][number]): void => {
    if (!given.quiet && !given.json)
      context.stderr.write(`${key}: ${formatCounted(lines, 'event', 'events')}\n`);
  };
  try {
    const request = { withRaw: given.withRaw, ...lake, ...wanted };
    return await tell(await compact(request, { ...host, onFile }), given, context);
  } finally {
    await closeCompactHost(host);
  }
}

async function byAthena(wanted: Wanted, events: OpenedEvents, { given, context }: Call): Promise<number> {
  const { compactByAthena } = await import('../../../commands/compact/athena.ts');
  const { buildUnloadHost } = await import('../../contexts/readers/compact-context.ts');
  const { formatBytes, formatCount } = await import('../../../core/report/format.ts');
  const { writeOut } = await import('../../terminal/output.ts');
  const { json, quiet, database } = given;
  const { stdout, stderr } = context;
  const host = await buildUnloadHost(events, given, context);
  const onStatement = (statement: string): void => void (quiet || json || stderr.write(`${statement};\n`));
  try {
    const report = await compactByAthena({ ...wanted, database }, { ...host, onStatement });
    const { failures, days, sources, sourceBytes, target, query } = report;
    for (const { key, message } of failures) stderr.write(`${key}: ${message}\n`);
    const written =
      query === null
        ? 'There is nothing to write.'
        : `Athena wrote ${formatCount(days)} days (of one type each) of ${formatCount(sources)} objects (${formatBytes(sourceBytes)}) to ${target}. It read ${formatBytes(query.scannedBytes)} in ${(query.milliseconds / 1000).toFixed(1)} s: ${query.usd.toFixed(5)} USD.`;
    if (json) await writeOut(stdout, `${JSON.stringify(report, null, 2)}\n`);
    else if (!quiet) await writeOut(stdout, `${written}\n`);
    return failures.length === 0 ? exitCodes.done : exitCodes.delivery;
  } finally {
    await Promise.all([host.engine.close(), host.target.close()]);
  }
}

async function tell(
  report: CompactReport,
  { json, quiet, ocsf }: GlobalOptions & Pick<CompactOptions, 'ocsf'>,
  { stdout, stderr, signal }: CliContext,
): Promise<number> {
  const { formatBytes, formatCount, formatCounted } = await import('../../../core/report/format.ts');
  const { writeOut } = await import('../../terminal/output.ts');
  const sum = (of: 'lines' | 'sources' | 'sourceBytes' | 'bytes'): number =>
    report.files.reduce((total, file) => total + file[of], 0);
  for (const { key, message } of report.failures) stderr.write(`${key}: ${message}\n`);
  if (json) await writeOut(stdout, `${JSON.stringify(report, null, 2)}\n`);
  else if (!quiet)
    await writeOut(
      stdout,
      `${formatCounted(report.files.length, 'file', 'files')} with ${formatCounted(sum('lines'), 'event', 'events')} of ${formatCounted(sum('sources'), 'object', 'objects')}: ${formatBytes(sum('sourceBytes'))} became ${formatBytes(sum('bytes'))}. ${formatCount(report.upToDate)} of ${formatCounted(report.days, 'day', 'days')} (of one ${ocsf ? 'class' : 'type'} each) were done before.\n`,
    );
  if (signal.aborted) return exitCodes.interrupted;
  return report.failures.length === 0 ? exitCodes.done : exitCodes.delivery;
}
