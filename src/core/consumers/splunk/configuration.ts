import type { Layout } from '../../layout/layout.ts';
import type { TypeColumns } from '../../readers/columns/type-columns.ts';
import type { RenderedFile } from '../../setup/render/render-access.ts';
import { storeUrl } from '../../setup/desired/desired-access.ts';
import type { Place } from '../../setup/reader-access.ts';
import { sqlName } from '../athena/tables.ts';
import { calculatedFields, extracted } from './column-eval.ts';
import { ingestEval, timeStampOf } from './time-stamp.ts';

/** What Splunk is to read, and where it puts it. */
export interface SplunkRequest {
  store: Place;
  layout: Layout;
  types: readonly TypeColumns[];
  region: string;
  queueUrl: string;
  /** Name of the account in the add-on. */
  awsAccount: string;
  index: string;
}

type Stanza = readonly [name: string, settings: readonly (readonly [string, string])[]];

/**
 * Three files of a Splunk app: the input of the Splunk Add-on for AWS (SQS-based S3), and how its events are read. An event has the
 * sourcetype audit_export:<type>, by the folder that it lies in. Sources: inputs.conf.spec of the add-on; props.conf.spec and
 * transforms.conf.spec of Splunk Enterprise.
 */
export function splunkFiles(request: SplunkRequest): RenderedFile[] {
  const { types } = request;
  return [
    { file: 'inputs.conf', text: conf([input(request)]) },
    {
      file: 'props.conf',
      text: conf([
        ...types.map((type) => sourceStanza(type, request)),
        ...types.map((type): Stanza => [`audit_export:${sqlName(type.type)}`, searchSettings(type)]),
      ]),
    },
    { file: 'transforms.conf', text: conf(types.flatMap((type) => transforms(type))) },
  ];
}

function input({ queueUrl, region, awsAccount, index }: SplunkRequest): Stanza {
  return [
    'aws_sqs_based_s3://audit_export',
    [
      ['aws_account', awsAccount],
      ['sqs_queue_url', queueUrl],
      ['sqs_queue_region', region],
      ['sqs_batch_size', '10'],
      ['using_dlq', '1'],
      ['s3_file_decoder', 'CustomLogs'],
      ['sourcetype', 'audit_export'],
      ['index', index],
      ['interval', '300'],
    ],
  ];
}

/** Where the objects of a type lie, as a pattern of sources: `...` stands for any folders. */
function sourcePattern({ type }: TypeColumns, { store, layout }: SplunkRequest): string {
  const folder = layout.template.replaceAll('{type}', type).replaceAll(/\{\w+\}/g, '*');
  return `source::${storeUrl(store.bucket, store.prefix)}${folder}/*`;
}

function sourceStanza(type: TypeColumns, request: SplunkRequest): Stanza {
  const { prefix, format, lookahead } = timeStampOf(type.times);
  const name = sqlName(type.type);
  return [
    sourcePattern(type, request),
    [
      ['SHOULD_LINEMERGE', 'false'],
      ['LINE_BREAKER', String.raw`([\r\n]+)`],
      ['TRUNCATE', '0'],
      ['TZ', 'UTC'],
      ['TIME_PREFIX', prefix],
      ['TIME_FORMAT', format],
      ['MAX_TIMESTAMP_LOOKAHEAD', String(lookahead)],
      ['MAX_DAYS_AGO', '10951'],
      ['TRANSFORMS-audit_export', `audit_export_type_${name}, audit_export_time_${name}`],
    ],
  ];
}

function searchSettings(type: TypeColumns): (readonly [string, string])[] {
  return [
    ['KV_MODE', 'json'],
    ...calculatedFields(type).map(([field, expression]) => [`EVAL-${field}`, expression] as const),
  ];
}

function transforms(type: TypeColumns): Stanza[] {
  const name = sqlName(type.type);
  return [
    [
      `audit_export_type_${name}`,
      [
        ['REGEX', '.'],
        ['DEST_KEY', 'MetaData:Sourcetype'],
        ['FORMAT', `sourcetype::audit_export:${name}`],
      ],
    ],
    [`audit_export_time_${name}`, [['INGEST_EVAL', ingestEval(type.times, (path) => extracted(path))]]],
  ];
}

function conf(stanzas: readonly Stanza[]): string {
  return stanzas
    .map(([name, settings]) => `[${name}]\n${settings.map(([key, value]) => `${key} = ${value}\n`).join('')}`)
    .join('\n');
}
