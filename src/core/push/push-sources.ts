import { isAuditExportError } from '../../errors.ts';
import type { ClassifiedChunk, Classifier } from '../../ports/classifier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { Progress } from '../../ports/terminal/progress.ts';
import type { Quarantine } from '../../ports/store/quarantine.ts';
import type { SeenBatch, SeenEvents } from '../../ports/state/seen-events.ts';
import type { Spool } from '../../ports/store/spool.ts';
import type { RunAccount } from '../accounting/run-account.ts';
import type { AlertWriter } from '../alerts/alert-writer.ts';
import { Assembler } from '../delivery/assembler.ts';
import type { Codec } from '../delivery/codec.ts';
import type { DeliveredObject } from '../delivery/deliverer.ts';
import { Deliverer } from '../delivery/deliverer.ts';
import type { DeliveryLimits } from '../delivery/limits.ts';
import { Sealer } from '../delivery/sealer.ts';
import type { RunMeter } from '../metrics/run-meter.ts';
import type { PartitionScheme } from '../layout/partition.ts';
import type { Wrapping } from '../lines/unwrap/unwrap-line.ts';
import type { ChunkMemoryPool } from '../lines/chunk-memory.ts';
import { EventTimes } from '../runs/event-times.ts';
import { BadLines } from './bad-lines.ts';
import type { Classified } from './classify-in-order.ts';
import { classifyInOrder } from './classify-in-order.ts';
import { cutSources } from './cut-sources.ts';
import { dropDuplicates } from './drop-duplicates.ts';
import type { SourceAccount, SourcePart } from './source-part.ts';

/** What a run does with its sources. */
export interface PushJob {
  parts: readonly SourcePart[];
  /** Names of the audit types, in the order of the classifier's type indexes. */
  types: readonly string[];
  scheme: PartitionScheme;
  codec: Codec;
  objectBytes: number;
  maxLineBytes: number;
  /** How lines are wrapped, that are taken out of it. */
  wrapping: Wrapping | undefined;
  /** Names of the arrays that hold events in documents that are none. */
  envelopes?: readonly string[] | undefined;
  /** Memory for what is read and classified at a time; runs that follow each other use the same. */
  chunks: ChunkMemoryPool;
  limits: DeliveryLimits;
  /** Makes sure, when all is read and before the last objects are delivered, that what was read is what was meant. */
  confirm?: ((sources: readonly SourceAccount[]) => Promise<void>) | undefined;
  /** Bad lines the run may have before it stops. */
  badLineLimit: number;
  /** Whether the content of each source is hashed, for the log. */
  hashes?: boolean;
  /** The books of the run, which goes on with them from job to job, and the hours of its events that are durable. */
  account: RunAccount;
  times: EventTimes;
}

export interface PushPorts {
  classifier: Classifier;
  store: ObjectStore;
  spool: Spool;
  quarantine: Quarantine;
  progress: Progress;
  meter: RunMeter;
  clock: Pick<Clock, 'now'>;
  /** The events of the last days, of which none is delivered twice; missing where that is not asked for. */
  seen?: SeenEvents | undefined;
  /** Writes the events that are alerts, as soon as they are read. */
  alerts?: Pick<AlertWriter, 'take'> | undefined;
  /** Aborted: stop reading, finish what is under way. */
  signal: AbortSignal;
}

/** How a run ended, with its books. */
export interface PushResult {
  account: RunAccount;
  sources: SourceAccount[];
  /** Names of the audit types, by type index. */
  types: readonly string[];
  /** Where the lines that were set aside are, if any. */
  quarantineFile: string | undefined;
  ended: 'complete' | 'interrupted' | 'failed';
  error: unknown;
}

/**
 * The whole way of the data: sources are cut into chunks of whole lines, chunks are classified, bad lines are set aside,
 * good ones are appended to the open object of their partition, full objects are delivered. Never throws: whatever
 * ended the run, its account says what is durable and what is not.
 *
 * Objects that are not full are delivered when the input has ended, and only then: a run that stops early would
 * otherwise leave objects behind that a complete run cuts differently, and their lines would be stored twice.
 */
export async function pushSources(job: PushJob, ports: PushPorts): Promise<PushResult> {
  const { account } = job;
  const sources: SourceAccount[] = [];
  const times = new EventTimes();
  const seen = ports.seen?.begin();
  const { assembler, deliverer } = openDelivery(job, ports);
  let finished = false;
  const reading = await failureOf(async () => {
    await readAll({ job, ports, sources, assembler, deliverer, times, seen });
    if (!ports.signal.aborted) await job.confirm?.(sources);
    finished = !ports.signal.aborted && (await assembler.finish(ports.signal));
  });
  await deliverer.settle();
  finished &&= !deliverer.interrupted;
  const delivering = await failureOf(async () => deliverer.throwFailure());
  ports.meter.update(account, 0);
  let quarantineFile: string | undefined;
  const sealing = await failureOf(async () => {
    quarantineFile = await ports.quarantine.seal();
  });
  const failed = reading ?? delivering ?? sealing;
  const isComplete = failed === undefined && finished;
  if (isComplete) job.times.merge(times);
  const failure = failed ?? (await failureOf(() => endSeen(seen, isComplete, ports.clock.now())));
  return { account, sources, types: job.types, quarantineFile, ...endOf(failure, finished) };
}

/** What was interrupted while it waited says so by an error. */
function endOf(
  failure: { error: unknown } | undefined,
  finished: boolean,
): Pick<PushResult, 'ended' | 'error'> {
  if (failure === undefined) return { ended: finished ? 'complete' : 'interrupted', error: undefined };
  const { error } = failure;
  const wasInterrupted = isAuditExportError(error) && error.code === 'interrupted';
  return wasInterrupted ? { ended: 'interrupted', error: undefined } : { ended: 'failed', error };
}

async function failureOf(act: () => Promise<void>): Promise<{ error: unknown } | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function openDelivery(
  { codec, limits, scheme, objectBytes, account, types }: PushJob,
  { store, spool, meter }: PushPorts,
): { assembler: Assembler; deliverer: Deliverer } {
  const sealer = new Sealer(codec, spool, limits);
  const onDelivered = (object: DeliveredObject): void => {
    account.addDelivered(object);
    meter.delivered(object, types);
  };
  const deliverer = new Deliverer({ store, sealer, codec, scheme, limits, onDelivered });
  return { assembler: new Assembler({ objectBytes, limits, sealer, deliverer, spool }), deliverer };
}

interface Reading {
  job: PushJob;
  ports: PushPorts;
  sources: SourceAccount[];
  assembler: Assembler;
  deliverer: Deliverer;
  times: EventTimes;
  seen: SeenBatch | undefined;
}

async function readAll(reading: Reading): Promise<void> {
  const { job, ports, sources, assembler, deliverer } = reading;
  const { maxLineBytes, chunks: pool, badLineLimit, account } = job;
  const badLines = new BadLines(ports.quarantine, account, badLineLimit);
  let storedBytes = 0;
  const onStoredBytes = (bytes: number): void => {
    storedBytes += bytes;
    ports.meter.read(bytes);
  };
  const { signal } = ports;
  const { wrapping, envelopes, hashes } = job;
  const cuts = cutSources(job.parts, {
    pool,
    maxLineBytes,
    wrapping,
    envelopes,
    signal,
    accounts: sources,
    onStoredBytes,
    hashes,
  });
  const totalStoredBytes = totalBytes(job.parts);
  for await (const classified of classifyInOrder(cuts, ports.classifier)) {
    if (signal.aborted) return;
    const source = sources[classified.cut.source] as SourceAccount;
    if ('chunk' in classified) await takeChunk(classified, source, { ...reading, badLines });
    else {
      await badLines.takePart(classified.cut, source);
    }
    deliverer.throwFailure();
    ports.progress.update({
      storedBytes,
      totalStoredBytes,
      lines: account.read,
      quarantined: account.quarantined,
      openPartitions: assembler.openObjects,
      objects: account.objects.length,
    });
    ports.meter.update(account, assembler.openObjects);
  }
}

/** One chunk on its way: known events are dropped, the books are kept, bad lines set aside, good ones appended. */
async function takeChunk(
  { cut, chunk: whole }: Extract<Classified, { chunk: unknown }>,
  source: SourceAccount,
  { job, ports, assembler, times, seen, badLines }: Reading & { badLines: BadLines },
): Promise<void> {
  const flags = seen?.note(whole.lineKeys ?? noKeys);
  const taken = withoutWaiting(whole, cut.input, source);
  const { chunk, dropped } =
    flags === undefined
      ? { chunk: taken, dropped: new Map<number, number>() }
      : dropDuplicates(taken, (line) => flags[line] === 1);
  job.account.addChunk(chunk, { source: source.name, linesBefore: source.lines });
  job.account.addDuplicates(dropped);
  if (chunk.bad.length > 0) await badLines.takeAll(chunk.bad, cut, source);
  source.lines += chunk.lines;
  source.addAccepted(chunk.lineTypes);
  source.extraEvents += chunk.extraEvents;
  // Lets a source that remembers places forget those of this chunk.
  source.placeOf?.(source.lines + 1);
  times.addChunk(chunk, job.types, ports.clock.now());
  await ports.alerts?.take(chunk, job.types);
  await assembler.append(chunk);
  cut.release();
}

/** A bad line without its end waits, where more may come. */
function withoutWaiting(chunk: ClassifiedChunk, input: Buffer, source: SourceAccount): ClassifiedChunk {
  const { endsBadly: reason } = chunk;
  if (reason === undefined || !source.mayWait || input.at(-1) === lineEnd) return chunk;
  source.waits = true;
  const lines = chunk.lines - 1;
  const bad = chunk.bad.filter(({ line }) => line < lines);
  const ignored = new Map(chunk.ignored);
  if (bad.length === chunk.bad.length) ignored.set(reason, (ignored.get(reason) ?? 1) - 1);
  return { ...chunk, lines, bad, ignored };
}

const lineEnd = 0x0a;
const noKeys = new Uint8Array();

const dayMs = 86_400_000;

/** Keeps what was seen once all of it is durable; forgets it otherwise. */
async function endSeen(seen: SeenBatch | undefined, isDurable: boolean, nowMs: number): Promise<void> {
  if (isDurable) await seen?.commit(Math.floor(nowMs / dayMs));
  else await seen?.abandon();
}

function totalBytes(parts: readonly SourcePart[]): number | undefined {
  let total = 0;
  for (const { source, part } of parts) {
    const bytes = part === undefined ? source.storedBytes : part.to - part.from.stored;
    if (bytes === undefined) return undefined;
    total += bytes;
  }
  return total;
}
