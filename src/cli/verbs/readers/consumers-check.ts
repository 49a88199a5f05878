import type { CheckReport } from '../../../commands/consumers/check.ts';
import type { CheckOptions } from '../../../commands/consumers/check-settings.ts';
import { checkSettings } from '../../../commands/consumers/check-settings.ts';
import { exitCodes } from '../../../errors.ts';
import type { Verb } from '../../verb.ts';

export const consumersCheckVerb: Verb = {
  path: ['consumers', 'check'],
  summary: 'does the store fit what is made for its readers?',
  args: [],
  settings: checkSettings,
  readsProfile: true,
  notes: `Lists the store and says which objects no table sees, which types nobody reads, and which fields a partition hides (it reads one object of
each type); with --curated, whether each object is in exactly one Parquet file; with --catalogue, whether the tables are those that
consumers athena makes (needs @aws-sdk/client-glue). Needs s3:ListBucket and s3:GetObject; changes nothing.

Examples:
  audit-export consumers check --profile acme --curated s3://acme-audit-curated
  audit-export consumers check --from ./export --curated ./curated --json | jq '.findings[].kind'

Exit codes: 0 all is well; 4 denied; 7 something was found.`,
  run: async ({ context, options }) => {
    const { consumersCheck } = await import('../../../commands/consumers/check.ts');
    const { buildConsumersHost } = await import('../../contexts/readers/consumers-context.ts');
    const { objectContent } = await import('../../../adapters/fs/store/object-content.ts');
    const host = { ...buildConsumersHost(context, options), open: objectContent };
    const report = await consumersCheck(options as unknown as CheckOptions, host);
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : told(report));
    return report.findings.length === 0 ? exitCodes.done : exitCodes.verification;
  },
};

function told({ store, objects, parquetFiles, findings }: CheckReport): string {
  const types = Object.entries(objects).map(([type, count]) => `${count} of ${type}`);
  const files = parquetFiles === null ? '' : ` There are ${parquetFiles} Parquet files.`;
  const head = `${store}: ${types.length === 0 ? 'no objects' : `objects: ${types.join(', ')}`}.${files}\n`;
  if (findings.length === 0) return `${head}Nothing is wrong.\n`;
  const blocks = findings.map(({ kind, count, means, cure, examples }) => {
    const more = count > examples.length ? [`  and ${count - examples.length} more`] : [];
    return [
      `${kind}: ${count} ${means}`,
      ...examples.map((example) => `  ${example}`),
      ...more,
      `  → ${cure}`,
    ].join('\n');
  });
  return `${head}\n${blocks.join('\n\n')}\n`;
}
