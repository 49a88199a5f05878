import type { WrittenPlace } from '../../core/queue/named-object.ts';
import { QueueBooks } from '../../core/queue/queue-books.ts';
import type { QueuePushReport } from '../../core/queue/sum-reports.ts';
import { ReportSum } from '../../core/queue/sum-reports.ts';
import { AuditExportError, exitCodes, isAuditExportError } from '../../errors.ts';
import type { PushReport } from '../../core/accounting/push-report.ts';
import type { MessageQueue } from '../../ports/queue.ts';
import type { PushRequest } from './check-request.ts';
import { storeAddress } from './check-request.ts';
import { pushFrom } from './index.ts';
import type { PushHost } from './push-host.ts';
import { QueueWorker } from './queue-worker.ts';
import { shareHost } from './shared-host.ts';

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
  request: PushRequest,
  url: string,
  host: PushHost,
): Promise<QueuePushReport> {
  checkOptions(request);
  const shared = shareHost(host);
  const reader = await host.openObjects(shared.host.signal);
  let queue: MessageQueue | undefined;
  try {
    queue = await host.openQueue(url);
    // A run without sources finds out what is wrong with settings, schemas, role and store.
    const sum = new ReportSum(await pushFrom(async () => [], request, shared.host));
    const books = new QueueBooks(url);
    const worker = new QueueWorker({
      queue,
      reader,
      books,
      sum,
      log: request.options.quiet ? undefined : host.log,
      written: writtenPlaces(request),
      visibilitySeconds: request.options.visibility,
      run: (source) => pushFrom(async () => [source], request, shared.host),
    });
    const failure = await workAll(worker, request, host.signal);
    const ended = endOf({ failure, sum, books, untilEmpty: request.options.untilEmpty });
    const summary = books.summary(sum.unlisted);
    return { ...sum.report(ended, host.clock.now()), queue: summary };
  } finally {
    await Promise.all([queue?.close(), reader.close(), shared.close()]);
  }
}

/** Lets several lanes work until the queue is empty, the signal is aborted or one lane fails for a reason that is no object's. */
async function workAll(worker: QueueWorker, { options }: PushRequest, signal: AbortSignal): Promise<unknown> {
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

function checkOptions({ inputs, options }: PushRequest): void {
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

function writtenPlaces(request: PushRequest): WrittenPlace[] {
  const address = storeAddress(request);
  return address.kind === 's3' ? [address] : [];
}

interface Ending {
  failure: unknown;
  sum: ReportSum;
  books: QueueBooks;
  untilEmpty: boolean;
}

/**
 * How a worker ended. Messages that are left are an error for a job that is to empty the queue; for a worker without end
 * they are the affair of the dead-letter queue.
 */
function endOf({
  failure,
  sum,
  books,
  untilEmpty,
}: Ending): Pick<PushReport, 'outcome' | 'exitCode' | 'error'> {
  if (failure !== undefined) return failed(failure);
  const { left } = books.summary(sum.unlisted).messages;
  if (untilEmpty && left > 0) {
    return failed(
      new AuditExportError(
        'messages-left',
        `${left} of the messages could not be worked off; the first: ${books.firstLeft ?? ''}.`,
        { cure: 'They come again, and go to the dead-letter queue if the queue has one: see docs/scale.md.' },
      ),
    );
  }
  if (!sum.balanced) return { outcome: 'failed', exitCode: exitCodes.bug, error: null };
  return sum.quarantined > 0
    ? { outcome: 'delivered-with-quarantine', exitCode: exitCodes.quarantined, error: null }
    : { outcome: 'delivered', exitCode: exitCodes.done, error: null };
}

function failed(error: unknown): Pick<PushReport, 'outcome' | 'exitCode' | 'error'> {
  if (isAuditExportError(error)) {
    const { code, message, cure, details, exitCode } = error;
    return { outcome: 'failed', exitCode, error: { code, message, cure: cure ?? null, details } };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    outcome: 'failed',
    exitCode: exitCodes.bug,
    error: { code: 'unexpected', message, cure: null, details: { stack } },
  };
}
