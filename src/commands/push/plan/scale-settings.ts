import type { Settings } from '../../../core/config/setting.ts';
import type { JobIndex, Shard } from '../../../core/push/shard.ts';
import { parseShard } from '../../../core/push/shard.ts';
import { AuditExportError } from '../../../errors.ts';

const sources = 'Sources';

/** The settings of `push` for work that is shared between machines. */
export const scaleSettings = {
  shard: {
    kind: 'text',
    flag: 'shard',
    value: 'I/N',
    group: sources,
    help: 'read share I of N of the inputs, from 0/N; /N takes I from JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX',
  },
  fromSqs: {
    kind: 'text',
    flag: 'from-sqs',
    value: 'QUEUE_URL',
    group: sources,
    help: 'read the objects that the S3 notifications in a queue name',
  },
  untilEmpty: {
    kind: 'switch',
    flag: 'until-empty',
    group: sources,
    default: 'false',
    help: 'with --from-sqs: end when the queue has no more messages',
  },
  concurrency: {
    kind: 'integer',
    flag: 'concurrency',
    value: 'N',
    group: sources,
    default: '2',
    help: 'with --from-sqs: messages worked on at once, 1 to 64',
  },
  visibility: {
    kind: 'integer',
    flag: 'visibility',
    value: 'SECONDS',
    group: sources,
    default: '120',
    help: 'with --from-sqs: how long a message is kept from others at a time; it is extended while it is worked on',
  },
  sourceRegion: {
    kind: 'text',
    flag: 'source-region',
    value: 'REGION',
    group: sources,
    help: 'region of the buckets that are read; found by itself if missing',
  },
} as const satisfies Settings;

/** The share of the inputs that was asked for; undefined: all. Throws `usage`, and `missing-answer` for an unknown index. */
export function shardOf(
  { inputs, options }: { inputs: readonly string[]; options: { shard: string | undefined; follow: boolean } },
  jobIndex: JobIndex | undefined,
): Shard | undefined {
  if (options.shard === undefined) return undefined;
  const shard = parseShard(options.shard, jobIndex);
  if (options.follow) {
    throw new AuditExportError('usage', "--shard and --follow can't be used together.", {
      cure: 'Split what is complete, or follow other files on each machine.',
    });
  }
  if (inputs.length > 0 && !inputs.includes('-')) return shard;
  throw new AuditExportError('usage', "--shard can't split stdin.", {
    cure: 'Name files, folders, globs or s3://BUCKET/PREFIX/: each is read by one of the shards.',
  });
}
