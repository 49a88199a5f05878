import { mapOcsfSettings } from '../../../commands/map/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { exitCodes } from '../../../errors.ts';
import type { Verb } from '../../verb.ts';

export const mapOcsfVerb: Verb = {
  path: ['map', 'ocsf'],
  summary: 'events from stdin as OCSF 1.3.0, a line each',
  args: [],
  settings: mapOcsfSettings,
  readsProfile: false,
  notes: `Reads JSON Lines, plain or compressed, and writes an event of the Open Cybersecurity Schema Framework for each: queries as Datastore Activity
(6005), system audits as Entity Management (3004), log-ins as Authentication (3002), alerts as Detection Finding (2004), what is none of
these as API Activity (6003). The event as it was is in raw_data, columns without an attribute are in unmapped. Nothing is stored.

Examples:
  audit-export find --profile acme --since 1d | audit-export map ocsf > ocsf.jsonl
  zcat export/audit_type=query/*/*.gz | audit-export map ocsf | jq 'select(.status_id == 2)'

Exit codes: 0 done; 6 lines were left out: no event of a known type, or without a time.`,
  run: async ({ context, options }) => {
    const { mapLines } = await import('../../../commands/map/ocsf.ts');
    const { loadTypes } = await import('../../contexts/readers/readers-context.ts');
    const { decompress } = await import('../../../adapters/fs/compression/decompress.ts');
    const { formatCounted } = await import('../../../core/report/format.ts');
    const { writeOut } = await import('../../terminal/output.ts');
    const { schemas, quiet } = options as unknown as GlobalOptions & {
      schemas: readonly string[] | undefined;
    };
    const { stdin, stdout, stderr, signal } = context;
    const content = decompress('stdin', stdin as AsyncIterable<Buffer>);
    const mapped = mapLines(content, await loadTypes(schemas ?? []));
    while (!stdout.destroyed && !signal.aborted) {
      const next = await mapped.next();
      if (next.done !== true) {
        await writeOut(stdout, next.value);
        continue;
      }
      const { events, leftOut, firstLeftOut } = next.value;
      if (leftOut > 0)
        stderr.write(
          `${formatCounted(leftOut, 'line', 'lines')} left out, the first is line ${firstLeftOut}: no event of a known audit type, or one without a time.\n`,
        );
      else if (!quiet) stderr.write(`${formatCounted(events, 'event', 'events')}.\n`);
      return leftOut > 0 ? exitCodes.delivery : exitCodes.done;
    }
    return signal.aborted ? exitCodes.interrupted : exitCodes.done;
  },
};
