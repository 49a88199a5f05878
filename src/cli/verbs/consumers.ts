import type { AthenaOptions } from '../../commands/consumers/athena-settings.ts';
import { athenaSettings } from '../../commands/consumers/athena-settings.ts';
import type { Verb } from '../verb.ts';

export const consumersAthenaVerb: Verb = {
  path: ['consumers', 'athena'],
  summary: 'tables, views and queries for Athena, from where the profile delivers',
  args: [],
  settings: athenaSettings,
  readsProfile: true,
  notes: `Prints SQL: tables of the lines and of Parquet with partition projection, a view a type and one over all (events), five queries, and
statements for Iceberg and S3 Tables. Writes nothing in AWS without --apply, which needs @aws-sdk/client-athena and @aws-sdk/client-glue.

Examples:
  audit-export consumers athena --profile acme --out athena/
  audit-export consumers athena --profile acme --apply --athena-results s3://acme-athena/results

What it makes, what that costs and how to remove it: docs/consumers/athena.md.

Exit codes: 0 done; 2 usage, or a name is taken; 3 a schema is invalid, a package is missing, or Athena refused a statement; 4 access.`,
  run: async ({ context, options }) => {
    const { consumersAthena } = await import('../../commands/consumers/athena.ts');
    const { buildConsumersHost } = await import('../consumers-context.ts');
    const { renderAthenaReport } = await import('../render/consumers-athena.ts');
    const { out, ...asked } = options as unknown as AthenaOptions;
    const report = await consumersAthena({ ...asked, out }, buildConsumersHost(context, options));
    const text = options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : await renderAthenaReport(report, out);
    context.stdout.write(text);
    return 0;
  },
};
