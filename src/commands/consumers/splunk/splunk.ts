import { queueFiles } from '../../../core/consumers/splunk/queue.ts';
import { splunkFiles } from '../../../core/consumers/splunk/configuration.ts';
import { parseLayout } from '../../../core/layout/layout.ts';
import { columnsOfTypes } from '../../../core/readers/columns/type-columns.ts';
import { storeUrl } from '../../../core/setup/desired/desired-access.ts';
import type { RenderedFile } from '../../../core/setup/render/render-access.ts';
import { AuditExportError } from '../../../errors.ts';
import type { ConsumersHost } from '../consumers-host.ts';
import type { Target } from '../target.ts';
import type { SplunkOptions } from './splunk-settings.ts';
import { targetOf } from '../target.ts';

export type { SplunkOptions } from './splunk-settings.ts';

/** What `consumers splunk --json` prints. Shape: schemas/consumers-splunk.schema.json. */
export interface SplunkReport {
  report: 'consumers-splunk';
  version: 1;
  files: RenderedFile[];
  /** Objects an hour that came in the last seven days; null where they were not counted. */
  objectsAnHour: number | null;
}

/** Makes the files of a Splunk app and its queue; writes nothing. Throws `missing-answer` and `usage`. */
export async function consumersSplunk(
  options: SplunkOptions & { region?: string | undefined },
  host: ConsumersHost,
): Promise<SplunkReport> {
  const target = await targetOf(options, host.readOwnTypes);
  const layout = parseLayout(target.layout);
  if (!layout.byType)
    throw new AuditExportError(
      'usage',
      `The layout ${JSON.stringify(target.layout)} puts all types into one folder.`,
      {
        cure: 'Splunk tells types apart by their folders: deliver with {type} in the layout.',
      },
    );
  const region = options.region ?? 'us-east-1';
  const { queueName, bucketOwner = 'ACCOUNT' } = options;
  demandWords({ '--queue-name': queueName, '--aws-account': options.awsAccount, '--index': options.index });
  const queueUrl = options.queueUrl ?? `https://sqs.${region}.amazonaws.com/${bucketOwner}/${queueName}`;
  const types = columnsOfTypes(target.types.map(({ descriptor }) => descriptor));
  const { awsAccount, index } = options;
  const { store } = target;
  return {
    report: 'consumers-splunk',
    version: 1,
    files: [
      ...splunkFiles({ store, layout, types, region, queueUrl, awsAccount, index }),
      ...queueFiles({ store, keyPrefix: keyPrefixOf(target), queueName }),
    ],
    objectsAnHour: options.measure ? await objectsAnHour(target, host) : null,
  };
}

/** What goes into files of settings, where a line end would be another setting. */
function demandWords(words: Readonly<Record<string, string>>): void {
  for (const [flag, word] of Object.entries(words))
    if (!/^[\w.-]{1,80}$/.test(word))
      throw new AuditExportError('usage', `${flag}: ${JSON.stringify(word)} can't be used.`, {
        cure: 'Use letters, digits and _ . -',
      });
}

/** What the keys of events begin with: below the prefix, what the layout has before its first placeholder. */
function keyPrefixOf({ store, layout }: Target): string {
  const below = storeUrl(store.bucket, store.prefix).replace(/^s3:\/\/[^/]+\//, '');
  return `${below}${layout.slice(0, layout.indexOf('{'))}`;
}

const hours = 7 * 24;
const hourMs = 3_600_000;

async function objectsAnHour(
  { store, layout }: Target,
  host: Pick<ConsumersHost, 'openReader' | 'clock'>,
): Promise<number> {
  const reader = await host.openReader({ kind: 's3', ...store });
  const since = host.clock.now() - hours * hourMs;
  let objects = 0;
  try {
    for await (const { key, modifiedMs = 0 } of reader.list(layout.slice(0, layout.indexOf('{'))))
      if (!key.startsWith('_') && modifiedMs >= since) objects++;
  } finally {
    await reader.close();
  }
  return Math.round((objects / hours) * 100) / 100;
}
