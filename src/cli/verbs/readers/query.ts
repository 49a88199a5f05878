import type { QueryOptions } from '../../../commands/query/settings.ts';
import { querySettings } from '../../../commands/query/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
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

Examples:
  audit-export query --from ./export "SELECT actor, count(*) FROM events WHERE decision = 'mask' GROUP BY ALL ORDER BY 2 DESC"
  audit-export query --profile acme --since 7d "SELECT * FROM events WHERE list_contains(columns, 'SSN')" --csv
  audit-export query --curated s3://acme-audit/curated "SELECT audit_type, count(*) FROM events GROUP BY ALL"

Exit codes: 0 done; 2 DuckDB refused the question; 3 DuckDB is not installed; 4 denied; 6 an object could not be read.`,
  run: async ({ context, args, options }) => {
    const { query } = await import('../../../commands/query/index.ts');
    const { checkTypes } = await import('../../../commands/push/check-request.ts');
    const { parseTimeRange } = await import('../../../core/readers/time-range.ts');
    const { openEvents } = await import('../../contexts/readers/readers-context.ts');
    const { buildQueryHost } = await import('../../contexts/readers/query-context.ts');
    const { answerLines, answerTable } = await import('../../render/readers/sql-answer.ts');
    const { writeOut } = await import('../../terminal/output.ts');
    const given = options as unknown as GlobalOptions & QueryOptions;
    const form = given.curated === undefined ? 'lines' : 'parquet';
    const events = await openEvents({ ...given, from: given.curated ?? given.from }, context);
    const { types, layout, reader } = events;
    try {
      checkTypes(given.types, [...new Set(types.map(({ descriptor }) => descriptor.type))]);
      const host = await buildQueryHost(events, given, context);
      try {
        const wanted = { types: given.types, ...parseTimeRange(given, Date.now()) };
        const answer = await query({ sql: args[0] ?? '', layout, form, ...wanted }, host);
        if (context.stderr.isTTY === true && !given.quiet) context.stderr.write('\r\u001b[2K');
        const isData = given.json || given.csv;
        for await (const text of isData
          ? answerLines(answer, given.json ? 'json' : 'csv')
          : answerTable(answer))
          await writeOut(context.stdout, text);
      } finally {
        host.engine.close();
      }
    } finally {
      await reader.close();
    }
    return 0;
  },
};
