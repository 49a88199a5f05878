import type { FindHit, FindProgress, FindSummary } from '../../../commands/find/index.ts';
import type { FindOptions } from '../../../commands/find/settings.ts';
import { findSettings } from '../../../commands/find/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { exitCodes } from '../../../errors.ts';
import type { HitForm } from '../../render/readers/find-hits.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Verb } from '../../verb.ts';

export const findVerb: Verb = {
  path: ['find'],
  summary: 'events in the store: who, what, when, without a warehouse',
  args: [],
  settings: findSettings,
  readsProfile: true,
  notes: `Reads the objects whose keys allow it, several at once, with the credentials of whoever asks (s3:ListBucket and s3:GetObject), or a
folder. All that is given must hold; upper and lower case do not count. Prints the events as they are stored, byte for byte; a table on a
terminal; --json is one object a line with the standard columns. Progress goes to stderr.

A column that only the text of a query names is found by --text: the columns of an event are those that it lists.

Examples:
  audit-export find --profile acme --column SSN --since 7d
  audit-export find --from ./export --decision block --csv > blocked.csv
  audit-export find --from s3://acme-audit/altr --actor JANE.DOE --since yesterday --until yesterday
  audit-export find --profile acme --type custom --action LOGIN --decision fail --json | jq .client_ip

Exit codes: 0 done, whether something was found or not; 4 denied; 6 objects could not be read: they are named.`,
  run: async ({ context, options }) => {
    const { find } = await import('../../../commands/find/index.ts');
    const { parseTimeRange } = await import('../../../core/readers/find/time-range.ts');
    const { checkTypes } = await import('../../../commands/push/plan/check-request.ts');
    const { openEvents } = await import('../../contexts/readers/readers-context.ts');
    const given = options as unknown as GlobalOptions & FindOptions;
    const criteria = { ...given, ...parseTimeRange(given, Date.now()) };
    const events = await openEvents(given, context);
    checkTypes(given.types, [...new Set(events.types.map(({ descriptor }) => descriptor.type))]);
    const progress = showProgress(context, given.quiet);
    try {
      const found = find(criteria, events.layout, { ...events, onProgress: progress.show });
      const summary = await writeHits(found, await formFor(given, context), given.limit, context);
      progress.end();
      return tellEnd(summary, given, context);
    } finally {
      progress.end();
      await events.reader.close();
    }
  },
};

async function formFor(
  { json, csv, table }: FindOptions & GlobalOptions,
  { stdout }: CliContext,
): Promise<HitForm> {
  const { csvLines, jsonLines, storedLines, tableLines } = await import('../../render/readers/find-hits.ts');
  if (json) return jsonLines;
  if (csv) return csvLines;
  return table || stdout.isTTY === true ? tableLines : storedLines;
}

/** Writes until there is no more, enough, or nobody reads any more; undefined where it was not read to the end. */
async function writeHits(
  found: AsyncGenerator<FindHit[], FindSummary>,
  { head, write }: HitForm,
  limit: number | undefined,
  { stdout, signal }: CliContext,
): Promise<FindSummary | undefined> {
  const { writeOut } = await import('../../terminal/output.ts');
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (head !== '') await writeOut(stdout, head);
  while (left > 0 && !stdout.destroyed && !signal.aborted) {
    const next = await found.next();
    if (next.done === true) return next.value;
    const hits = next.value.slice(0, left);
    left -= hits.length;
    await writeOut(stdout, write(hits));
  }
  await found.return({ objects: 0, bytes: 0, hits: 0, failures: [] });
  return undefined;
}

async function tellEnd(
  summary: FindSummary | undefined,
  { quiet }: GlobalOptions,
  { stderr, signal }: CliContext,
): Promise<number> {
  if (signal.aborted) return exitCodes.interrupted;
  if (summary === undefined) return exitCodes.done;
  const { formatBytes, formatCounted } = await import('../../../core/report/format.ts');
  for (const { key, error } of summary.failures)
    stderr.write(
      `${key} was not read to its end: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  if (!quiet)
    stderr.write(
      `${formatCounted(summary.hits, 'event', 'events')} in ${formatCounted(summary.objects, 'object', 'objects')} (${formatBytes(summary.bytes)}).\n`,
    );
  return summary.failures.length === 0 ? exitCodes.done : exitCodes.delivery;
}

const redrawMs = 200;

/** One line on a terminal that is drawn again; nothing elsewhere. */
function showProgress(
  { stderr }: CliContext,
  quiet: boolean,
): { show: (progress: FindProgress) => void; end: () => void } {
  let shownMs = 0;
  return {
    show: ({ objects, hits }) => {
      if (quiet || stderr.isTTY !== true || Date.now() - shownMs < redrawMs) return;
      shownMs = Date.now();
      stderr.write(`\r\u001b[2K${objects} objects read, ${hits} events found`);
    },
    end: () => {
      if (shownMs > 0) stderr.write('\r\u001b[2K');
      shownMs = 0;
    },
  };
}
