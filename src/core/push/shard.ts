import { createHash } from 'node:crypto';
import { AuditExportError } from '../../errors.ts';

/** One share of a list of inputs: number `index` (counted from 0) of `count`. */
export interface Shard {
  index: number;
  count: number;
}

/** The index that a scheduler gives each of its machines, and the variable that it gave it in. */
export interface JobIndex {
  variable: string;
  value: string;
}

/** More would be a slip of the keyboard: a Kubernetes Job has at most 100,000 indexes, an AWS Batch array 10,000. */
const mostShards = 100_000;

/**
 * Reads `I/N`, counted from 0, or `/N`, where `jobIndex` says which. Throws `usage` for what is no share, and
 * `missing-answer` where nobody says which one it is.
 */
export function parseShard(text: string, jobIndex: JobIndex | undefined): Shard {
  const match = /^(\d{1,9})?\/(\d{1,9})$/.exec(text.trim());
  if (match === null) throw wrong(`--shard ${JSON.stringify(text)}`, 'it is not I/N');
  const count = Number(match[2]);
  if (count < 1 || count > mostShards) throw wrong(`--shard ${text}`, `N goes from 1 to ${mostShards}`);
  const index = match[1] === undefined ? indexOfJob(text, jobIndex) : Number(match[1]);
  if (index < count) return { index, count };
  const place = match[1] === undefined ? `${jobIndex?.variable ?? ''}=${index}` : `--shard ${text}`;
  throw wrong(place, `shards are counted from 0, so the last of ${count} is ${count - 1}`);
}

function indexOfJob(text: string, jobIndex: JobIndex | undefined): number {
  if (jobIndex === undefined) {
    throw new AuditExportError(
      'missing-answer',
      `--shard ${text} does not say which shard this is, and neither JOB_COMPLETION_INDEX nor AWS_BATCH_JOB_ARRAY_INDEX is set.`,
      {
        cure: `Write --shard 0${text} and so on, or run it as an indexed Job or an array job.`,
        details: { missing: '--shard' },
      },
    );
  }
  const { variable, value } = jobIndex;
  if (!/^\d{1,9}$/.test(value)) throw wrong(`${variable}=${JSON.stringify(value)}`, 'it is no whole number');
  return Number(value);
}

/**
 * Whether an input belongs to a shard. It hangs on the name and on the number of shards alone: every machine comes to
 * the same answer without asking another, and an input that is added moves none of the others.
 */
export function isInShard(name: string, { index, count }: Shard): boolean {
  // 48 bits: a remainder by at most 100,000 shards is even to one part in two billion.
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % count === index;
}

function wrong(place: string, why: string): AuditExportError {
  return new AuditExportError('usage', `${place} can't be used: ${why}.`, {
    cure: 'Use --shard I/N, such as 0/4 for the first of four, or /4 in an indexed Job or an array job.',
  });
}
