import type { AthenaOptions } from '../../../commands/consumers/athena/athena-settings.ts';
import { athenaSettings } from '../../../commands/consumers/athena/athena-settings.ts';
import type { SplunkOptions } from '../../../commands/consumers/splunk/splunk.ts';
import { splunkSettings } from '../../../commands/consumers/splunk/splunk-settings.ts';
import type { Verb } from '../../verb.ts';

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
    const { consumersAthena } = await import('../../../commands/consumers/athena/athena.ts');
    const { buildConsumersHost } = await import('../../contexts/readers/consumers-context.ts');
    const { renderAthenaReport } = await import('../../render/readers/consumers-athena.ts');
    const { out, ...asked } = options as unknown as AthenaOptions;
    const report = await consumersAthena({ ...asked, out }, buildConsumersHost(context, options));
    const text = options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : await renderAthenaReport(report, out);
    context.stdout.write(text);
    return 0;
  },
};

export const consumersSplunkVerb: Verb = {
  path: ['consumers', 'splunk'],
  summary: 'inputs, time stamps and fields for Splunk, and the queue that tells it of new objects',
  args: [],
  settings: splunkSettings,
  readsProfile: true,
  notes: `Prints inputs.conf, props.conf and transforms.conf for the SQS-based S3 input of the Splunk Add-on for AWS, and the queue with its
dead-letter queue as CloudFormation and Terraform. Writes nothing in AWS or Splunk.

Examples:
  audit-export consumers splunk --profile acme --out splunk/
  audit-export consumers splunk --profile acme --measure --index audit

What it makes, what that costs and how to remove it: docs/consumers/splunk.md.

Exit codes: 0 done; 2 usage; 3 a schema is invalid; 4 access (--measure).`,
  run: async ({ context, options }) => {
    const { consumersSplunk } = await import('../../../commands/consumers/splunk/splunk.ts');
    const { buildConsumersHost } = await import('../../contexts/readers/consumers-context.ts');
    const { showFiles } = await import('../../render/rendered-files.ts');
    const asked = options as unknown as SplunkOptions & { region: string | undefined };
    const report = await consumersSplunk(asked, buildConsumersHost(context, options));
    const { objectsAnHour: objects } = report;
    context.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : await showFiles(report.files, asked.out),
    );
    if (objects !== null && !options.json) {
      const { formatCounted } = await import('../../../core/report/format.ts');
      context.stderr.write(
        `The input will see ${formatCounted(objects, 'object', 'objects')} an hour (mean of the last seven days).\n`,
      );
    }
    return 0;
  },
};
