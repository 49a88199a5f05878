import type { PolicyDocument, Statement } from '../policy/document.ts';
import type { AwsPartition } from './answers/aws-partition.ts';
import { partitionOf } from './answers/aws-partition.ts';
import { storeUrl } from './desired/desired-access.ts';
import type { PrintedAccess } from './render/render-access.ts';

/** What the role of a reader follows from: whose it is, what is read, and where Parquet is written. */
export interface ReaderAnswers {
  /** Account (12 digits), or ARN of a user or role, that may assume it. */
  principal: string;
  bucket: string;
  /** Without a slash at either end; '' for the whole bucket. */
  prefix: string;
  region: string;
  /** Where `compact` writes; undefined where nothing is to be written. */
  curated: Place | undefined;
  /** Where Athena writes its results; undefined where Athena is not used. */
  athenaResults: Place | undefined;
  /** The database of the tables, where Athena is used. */
  database: string;
  kmsKeyArn?: string | undefined;
  roleName: string;
}

const tags = { 'created-by': 'audit-export' } as const;

/**
 * The role for those who read: Get and List on what was delivered, Put (with Get and List) on what `compact` makes of it, and no right to
 * change or remove a delivered object. The same answers give the same documents. Sources: "Actions, resources, and condition keys for Amazon
 * S3", Service Authorization Reference (s3:ListBucket is about the bucket, s3:prefix limits it); "Identity and access management in Athena",
 * Athena User Guide, for the rest of what its engine asks.
 */
export function buildReaderAccess(answers: ReaderAnswers): PrintedAccess {
  const { bucket, prefix, region, curated, athenaResults, principal, roleName } = answers;
  const partition = partitionOf(region);
  const read = storeUrl(bucket, prefix);
  const written = [curated, athenaResults].flatMap((place) =>
    place === undefined ? [] : [storeUrl(place.bucket, place.prefix)],
  );
  const arn = /^\d{12}$/.test(principal) ? `arn:${partition}:iam::${principal}:root` : principal;
  return {
    role: {
      name: roleName,
      description: `Lets ${principal} read audit logs below ${read}`,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'TrustReader', Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' },
        ],
      },
      tags,
    },
    policy: {
      name: `${roleName}Policy`,
      description: `Read objects below ${read}`,
      document: readerPolicy(answers, partition),
      inline: true,
      tags,
    },
    explanation: [
      `${principal} may list and read objects below ${read}, through the role ${roleName}.`,
      'It can not replace, remove or create anything there, nor change any setting.',
      ...(written.length === 0
        ? []
        : [`It may write below ${written.join(' and ')}, and read what it wrote.`]),
      ...(athenaResults === undefined
        ? []
        : [
            "It may run queries in Athena, and read the Glue Data Catalog's tables; it can't make or drop one.",
          ]),
      ...(answers.kmsKeyArn === undefined
        ? []
        : [`It may decrypt and have data keys made with the KMS key ${answers.kmsKeyArn}.`]),
    ],
    purpose: 'The ARN for the reader',
  };
}

/** A bucket and a folder in it, without slashes at either end. */
export interface Place {
  bucket: string;
  prefix: string;
}

function readerPolicy(
  { bucket, prefix, curated, athenaResults, database, region, kmsKeyArn }: ReaderAnswers,
  partition: AwsPartition,
): PolicyDocument {
  const written = [curated, athenaResults].flatMap((place) => place ?? []);
  const all = [{ bucket, prefix }, ...written];
  const arnsOf = (places: readonly Place[]): string[] => places.map((place) => objectsArn(partition, place));
  const statements: Statement[] = [
    ...[...new Set(all.map((place) => place.bucket))].map((name, index) =>
      listStatement(
        `ListAuditLogs${index === 0 ? '' : index + 1}`,
        `arn:${partition}:s3:::${name}`,
        all.filter((place) => place.bucket === name).map((place) => place.prefix),
      ),
    ),
    allow('ReadAuditLogs', ['s3:GetObject'], arnsOf(all)),
  ];
  if (written.length > 0) statements.push(allow('WriteTables', ['s3:PutObject'], arnsOf(written)));
  if (athenaResults !== undefined)
    statements.push(...athenaStatements({ partition, region, database, results: athenaResults, written }));
  if (kmsKeyArn !== undefined)
    statements.push(
      allow('UseKey', written.length === 0 ? ['kms:Decrypt'] : ['kms:Decrypt', 'kms:GenerateDataKey'], [
        kmsKeyArn,
      ]),
    );
  return { Version: '2012-10-17', Statement: statements };
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: 'Allow', Action: [...actions], Resource: [...resources] };
}

function objectsArn(partition: AwsPartition, { bucket, prefix }: Place): string {
  return `arn:${partition}:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}*`;
}

/** Names of the whole bucket may be listed where one of the places is the whole bucket. */
function listStatement(sid: string, bucketArn: string, prefixes: readonly string[]): Statement {
  const statement = allow(sid, ['s3:ListBucket'], [bucketArn]);
  if (prefixes.includes('')) return statement;
  return {
    ...statement,
    Condition: { StringLike: { 's3:prefix': [...new Set(prefixes)].map((prefix) => `${prefix}/*`) } },
  };
}

/** What Athena's engine asks of whoever runs a query: "Identity and access management in Athena", Athena User Guide. */
function athenaStatements({
  partition,
  region,
  database,
  results,
  written,
}: {
  partition: AwsPartition;
  region: string;
  database: string;
  results: Place;
  written: readonly Place[];
}): Statement[] {
  const glue = `arn:${partition}:glue:${region}:*`;
  return [
    allow(
      'RunQueries',
      [
        'athena:StartQueryExecution',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:StopQueryExecution',
      ],
      [`arn:${partition}:athena:${region}:*:workgroup/*`],
    ),
    allow(
      'ReadCatalog',
      ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
      [`${glue}:catalog`, `${glue}:database/${database}`, `${glue}:table/${database}/*`],
    ),
    allow('FindResultsBucket', ['s3:GetBucketLocation'], [`arn:${partition}:s3:::${results.bucket}`]),
    allow(
      'WriteInParts',
      ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      written.map((place) => objectsArn(partition, place)),
    ),
  ];
}
