import type { QueryOptions } from '../../../commands/query/settings.ts';
import { querySettings } from '../../../commands/query/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { SqlAnswer } from '../../../ports/sql-engine.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Verb } from '../../verb.ts';

export const queryVerb: Verb = {
  path: ['query'],
  summary: 'SQL over the events in the store, without a warehouse',
  args: [
    { name: '<sql>', help: 'one question, such as "SELECT actor, count(*) FROM events GROUP BY actor"' },
  ],
  settings: querySettings,
  readsProfile: true,
  notes: `Runs DuckDB in this process (npm install @duckdb/node-api) over the objects that --type, --since and --until allow. There is one view
for each audit type (native_query, with an underscore), and events over all, with the standard columns; line is the event as it is stored,
and any field of it is line->>'$.eventDetails.query.warehouse'. object, columns, tags, maskings and actor_roles are lists:
list_contains(columns, 'SSN').

Objects of a bucket are copied to a cache once: their names say their content, so a copy is never stale. The question can't
reach the network, nor files beside the events; extensions are never loaded from the network.

--engine athena has Athena answer instead, over the views that consumers athena --apply made, when the data has outgrown one machine (npm
install @aws-sdk/client-athena); what it read and what that costs goes to stderr.

Examples:
  audit-export query --from ./export "SELECT actor, count(*) FROM events WHERE decision = 'mask' GROUP BY ALL ORDER BY 2 DESC"
  audit-export query --profile acme --since 7d "SELECT * FROM events WHERE list_contains(columns, 'SSN')" --csv
  audit-export query --curated s3://acme-audit/curated "SELECT audit_type, count(*) FROM events GROUP BY ALL"
  audit-export query --engine athena "SELECT actor, count(*) FROM events WHERE event_date >= '2026-09-01' GROUP BY actor"

Exit codes: 0 done; 2 the question was refused; 3 DuckDB or the client of Athena is not installed, or Athena failed; 4 denied; 6 an object could not be read.`,
  run: async ({ context, args, options }) => {
    const given = options as unknown as GlobalOptions & QueryOptions;
    const sql = args[0] ?? '';
    await (given.engine === 'athena' ? askAthena(sql, given, context) : askDuckDb(sql, given, context));
    return 0;
  },
};

type Given = GlobalOptions & QueryOptions;

async function show(answer: SqlAnswer, { json, csv }: Given, { stdout }: CliContext): Promise<void> {
  const { answerLines, answerTable } = await import('../../render/readers/sql-answer.ts');
  const { writeOut } = await import('../../terminal/output.ts');
  for await (const text of json || csv ? answerLines(answer, json ? 'json' : 'csv') : answerTable(answer))
    await writeOut(stdout, text);
}

async function askDuckDb(sql: string, given: Given, context: CliContext): Promise<void> {
  const { query } = await import('../../../commands/query/index.ts');
  const { checkTypes } = await import('../../../commands/push/plan/check-request.ts');
  const { parseTimeRange } = await import('../../../core/readers/find/time-range.ts');
  const { openEvents } = await import('../../contexts/readers/readers-context.ts');
  const { buildQueryHost } = await import('../../contexts/readers/query-context.ts');
  const form = given.curated === undefined ? 'lines' : 'parquet';
  const events = await openEvents({ ...given, from: given.curated ?? given.from }, context);
  const { types, layout, reader } = events;
  try {
    checkTypes(given.types, [...new Set(types.map(({ descriptor }) => descriptor.type))]);
    const host = await buildQueryHost(events, given, context);
    try {
      const wanted = { types: given.types, ...parseTimeRange(given, Date.now()) };
      const answer = await query({ sql, layout, form, ...wanted }, host);
      if (context.stderr.isTTY === true && !given.quiet) context.stderr.write('\r\u001b[2K');
      await show(answer, given, context);
    } finally {
      host.engine.close();
    }
  } finally {
    await reader.close();
  }
}

async function askAthena(sql: string, given: Given, context: CliContext): Promise<void> {
  const { queryAthena } = await import('../../../commands/query/athena.ts');
  const { openAthenaEngine } = await import('../../../adapters/aws/athena/athena-engine.ts');
  const { formatBytes } = await import('../../../core/report/format.ts');
  const { region, workgroup, athenaResults: results } = given;
  const { environment, signal, stderr } = context;
  const engine = await openAthenaEngine({ region, workgroup, results }, environment);
  try {
    const { answer, scannedBytes, usd, milliseconds } = await queryAthena(sql, given, { engine, signal });
    await show(answer, given, context);
    if (!given.quiet)
      stderr.write(
        `Athena read ${formatBytes(scannedBytes)} in ${(milliseconds / 1000).toFixed(1)} s: ${usd.toFixed(5)} USD.\n`,
      );
  } finally {
    await engine.close();
  }
}
