import type { ReportEnd } from '../../../core/accounting/push-report.ts';
import type { QueuePushReport } from '../../../core/queue/queue-books.ts';
import { QueueBooks } from '../../../core/queue/queue-books.ts';
import { AuditExportError } from '../../../errors.ts';
import type { MessageQueue } from '../../../ports/aws/queue.ts';
import type { PushHost } from '../session/push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';
import { QueueWorker } from './queue-worker.ts';
import type { Watch } from '../session/session.ts';
import { Session } from '../session/session.ts';

/** Sources and objects that the report lists one by one: a worker has no end. */
const mostListed = 10_000;
/** Long polls, in seconds: 20 is the most that SQS takes; a job that ends with its queue need not sit through that. */
const waitSeconds = { endless: 20, untilEmpty: 1 };
const mostConcurrency = 64;
/** SQS keeps a message from others for 12 hours at most (Amazon SQS Developer Guide, "Amazon SQS visibility timeout"). */
const visibilityBounds = { least: 2, most: 43_200 };

/**
 * Works off a queue of S3 event notifications: each object that a message names is a run of its own, so that its content
 * alone decides how it is cut, and a message is removed once all its objects are durable. Goes on until it is told to
 * stop, or with `untilEmpty` until nothing is left to receive. Returns the sum of all runs; throws what is wrong before a
 * message is received.
 */
export async function pushFromQueue(
  plan: PushPlan,
  url: string,
  host: PushHost,
  watch: Watch,
): Promise<QueuePushReport> {
  checkOptions(plan);
  // Runs can't be stopped halfway: each ends with its object.
  const { signal } = new AbortController();
  const quiet = { ...host, progress: { update: () => undefined, end: () => undefined } };
  const session = await Session.open({ plan, host: quiet, watch, signal, mostListed });
  const reader = await host.openObjects(signal);
  let queue: MessageQueue | undefined;
  try {
    queue = await host.openQueue(url);
    const books = new QueueBooks(url);
    const worker = new QueueWorker({
      queue,
      reader,
      books,
      log: plan.options.quiet ? undefined : host.log,
      written: plan.address.kind === 's3' ? [plan.address] : [],
      visibilitySeconds: plan.options.visibility,
      run: async (source) => {
        const { report } = await session.push({ parts: [{ source }], cut: plan.cut });
        await session.publish({ ifDue: true });
        return report;
      },
    });
    const failure = await workAll(worker, plan, host.signal);
    const end = endOf({ failure, books, untilEmpty: plan.options.untilEmpty });
    const report = await session.finish(end);
    return { ...report, queue: books.summary(session.sum.unlisted) };
  } finally {
    await Promise.all([queue?.close(), reader.close(), session.close()]);
  }
}

/** Lets several lanes work until the queue is empty, the signal is aborted or one lane fails for a reason that is no object's. */
async function workAll(worker: QueueWorker, { options }: PushPlan, signal: AbortSignal): Promise<unknown> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const wait = options.untilEmpty ? waitSeconds.untilEmpty : waitSeconds.endless;
  let failure: unknown;
  const lane = async (): Promise<void> => {
    try {
      while (!stop.aborted) {
        const worked = await worker.workOnOne(wait, stop);
        if (!worked && options.untilEmpty) return;
      }
    } catch (error) {
      failure ??= error;
      failed.abort();
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, lane));
  return failure;
}

function checkOptions({ inputs, options }: PushPlan): void {
  const { concurrency, visibility, dryRun, follow, shard, dedupe } = options;
  const contradictions: readonly [boolean, string, string][] = [
    [
      inputs.length > 0,
      'files or other inputs',
      'the queue says what to read; push files without --from-sqs',
    ],
    [
      dryRun,
      '--dry-run',
      'receiving a message counts against it; try it with the objects themselves: s3://BUCKET/KEY',
    ],
    [follow, '--follow', 'a queue is followed anyway, unless --until-empty is given'],
    [dedupe !== undefined, '--dedupe', 'its index is of one machine, and a queue is shared'],
    [shard !== undefined, '--shard', 'a queue needs no shards: each worker takes what is next'],
  ];
  for (const [isGiven, what, why] of contradictions) {
    if (isGiven)
      throw new AuditExportError('usage', `--from-sqs and ${what} can't be used together: ${why}.`, {
        cure: `Leave out ${what}, or --from-sqs.`,
      });
  }
  checkBetween('--concurrency', concurrency, { least: 1, most: mostConcurrency });
  checkBetween('--visibility', visibility, visibilityBounds);
}

function checkBetween(flag: string, value: number, { least, most }: { least: number; most: number }): void {
  if (value >= least && value <= most) return;
  throw new AuditExportError('usage', `${flag} ${value} can't be used: it goes from ${least} to ${most}.`, {
    cure: `Use ${flag} ${value < least ? least : most}.`,
  });
}

interface Ending {
  failure: unknown;
  books: QueueBooks;
  untilEmpty: boolean;
}

/**
 * How a worker ended. Messages that are left are an error for a job that is to empty the queue; for a worker without end
 * they are the affair of the dead-letter queue.
 */
function endOf({ failure, books, untilEmpty }: Ending): ReportEnd {
  if (failure !== undefined) return { ended: 'failed', error: failure };
  if (!untilEmpty || books.left === 0) return { ended: 'complete' };
  const error = new AuditExportError(
    'messages-left',
    `${books.left} of the messages could not be worked off; the first: ${books.firstLeft ?? ''}.`,
    { cure: 'They come again, and go to the dead-letter queue if the queue has one: see docs/scale.md.' },
  );
  return { ended: 'failed', error };
}
