import type { MapOptions } from '../../../commands/collect/map.ts';
import { mapSettings } from '../../../commands/collect/map.ts';
import type { CollectOptions } from '../../../commands/collect/settings.ts';
import { AuditExportError, exitCodes } from '../../../errors.ts';
import type { Verb } from '../../verb.ts';

export const collectMapVerb: Verb = {
  path: ['collect', 'snowflake', 'map'],
  summary: 'make or refresh the files of --user-map and --data-sources',
  args: [{ name: '<what>', help: 'users or objects' }],
  settings: mapSettings,
  readsProfile: true,
  notes: `Examples:
  audit-export collect snowflake map users --profile acme > users.csv
  audit-export collect snowflake map objects --profile acme --database SALES --tag GOVERNANCE.TAGS.PII > objects.csv
  audit-export collect snowflake map objects --profile acme --database SALES --into objects.csv > new.csv
  audit-export collect snowflake map users --from users.json --take snowflakeUser=/snowflakeUser --take userId=/email

What Snowflake tells of users is their e-mail (ACCOUNT_USAGE.USERS, SECURITY_VIEWER), which becomes userId; numbers of the
platform come from its own API: save what it answers, and say with --take where things stand in it. What --into says stays.
After an addition, read the time again that was left out: collect snowflake --again --since … stores nothing twice.`,
  run: async ({ context, args, options }) => {
    const [what] = args;
    if (what !== 'users' && what !== 'objects')
      throw new AuditExportError('usage', `${JSON.stringify(what)} is no map.`, {
        cure: 'Use users or objects.',
      });
    const { buildCollectHost } = await import('../../contexts/delivery/collect-context.ts');
    const { makeMap } = await import('../../../commands/collect/map.ts');
    const host = buildCollectHost(context, options as unknown as CollectOptions);
    const { openSession, readFile } = host;
    const { signal } = host.push;
    context.stdout.write(
      await makeMap(what, options as unknown as MapOptions, { openSession, readFile, signal }),
    );
    return exitCodes.done;
  },
};
