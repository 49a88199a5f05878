import type { Classifier } from '../../ports/classifier.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Progress } from '../../ports/progress.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import type { Source } from '../../ports/source.ts';
import type { Spool } from '../../ports/spool.ts';
import { RunAccount } from '../accounting/run-account.ts';
import { Assembler } from '../delivery/assembler.ts';
import type { Codec } from '../delivery/codec.ts';
import { Deliverer } from '../delivery/deliverer.ts';
import type { DeliveryLimits } from '../delivery/limits.ts';
import { Sealer } from '../delivery/sealer.ts';
import type { PartitionScheme } from '../layout/partition.ts';
import { ChunkMemoryPool } from '../lines/chunk-memory.ts';
import { BadLineDesk } from './bad-line-desk.ts';
import { classifyInOrder } from './classify-in-order.ts';
import { cutSources } from './cut-sources.ts';
import type { SourceAccount } from './source-account.ts';

/** What a run does with its sources. */
export interface PushJob {
  sources: readonly Source[];
  /** Names of the audit types, in the order of the classifier's type indexes. */
  types: readonly string[];
  scheme: PartitionScheme;
  codec: Codec;
  objectBytes: number;
  maxLineBytes: number;
  /** Bytes read and classified at a time. */
  chunkBytes: number;
  limits: DeliveryLimits;
  /** Bad lines the run may have before it stops. */
  badLineLimit: number;
  startedMs: number;
}

export interface PushPorts {
  classifier: Classifier;
  store: ObjectStore;
  spool: Spool;
  quarantine: Quarantine;
  progress: Progress;
  /** Aborted: stop reading, finish what is under way. */
  signal: AbortSignal;
}

/** How a run ended, with its books. */
export interface PushResult {
  account: RunAccount;
  sources: SourceAccount[];
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
  const account = new RunAccount(job.types, job.startedMs);
  const sources: SourceAccount[] = [];
  const sealer = new Sealer(job.codec, ports.spool, job.limits);
  const { store, spool } = ports;
  const { scheme, codec, limits, objectBytes } = job;
  const deliverer = new Deliverer({
    store,
    sealer,
    codec,
    scheme,
    limits,
    onDelivered: (object) => account.addDelivered(object),
  });
  const assembler = new Assembler({ objectBytes, limits, sealer, deliverer, spool });
  let failure: { error: unknown } | undefined;
  let finished = false;
  try {
    await readAll({ job, ports, account, sources, assembler, deliverer });
    finished = !ports.signal.aborted && (await assembler.finish(ports.signal));
  } catch (error) {
    failure = { error };
  }
  await deliverer.settle();
  try {
    deliverer.throwFailure();
  } catch (error) {
    failure ??= { error };
  }
  const sealed = await sealQuarantine(ports.quarantine);
  failure ??= sealed.failure;
  const ended = failure === undefined ? (finished ? 'complete' : 'interrupted') : 'failed';
  return { account, sources, quarantineFile: sealed.file, ended, error: failure?.error };
}

interface Reading {
  job: PushJob;
  ports: PushPorts;
  account: RunAccount;
  sources: SourceAccount[];
  assembler: Assembler;
  deliverer: Deliverer;
}

async function readAll({ job, ports, account, sources, assembler, deliverer }: Reading): Promise<void> {
  const { maxLineBytes, chunkBytes, badLineLimit } = job;
  const desk = new BadLineDesk(ports.quarantine, account, badLineLimit);
  let storedBytes = 0;
  const onStoredBytes = (bytes: number): void => {
    storedBytes += bytes;
  };
  const pool = new ChunkMemoryPool(chunkBytes);
  const cuts = cutSources(job.sources, {
    pool,
    maxLineBytes,
    signal: ports.signal,
    accounts: sources,
    onStoredBytes,
  });
  const totalStoredBytes = totalBytes(job.sources);
  for await (const classified of classifyInOrder(cuts, ports.classifier)) {
    if (ports.signal.aborted) return;
    const { cut } = classified;
    const source = sources[cut.source] as SourceAccount;
    if ('chunk' in classified) {
      const { chunk } = classified;
      account.addChunk(chunk, { source: source.name, linesBefore: source.lines });
      if (chunk.bad.length > 0) await desk.takeAll(chunk.bad, classified.cut, source);
      source.lines += chunk.lines;
      // Lets a source that remembers places forget those of this chunk.
      source.placeOf?.(source.lines + 1);
      await assembler.append(chunk);
      classified.cut.release();
    } else {
      await desk.takePart(classified.cut, source);
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
  }
}

function totalBytes(sources: readonly Source[]): number | undefined {
  let total = 0;
  for (const { storedBytes } of sources) {
    if (storedBytes === undefined) return undefined;
    total += storedBytes;
  }
  return total;
}

async function sealQuarantine(
  quarantine: Quarantine,
): Promise<{ file: string | undefined; failure: { error: unknown } | undefined }> {
  try {
    return { file: await quarantine.seal(), failure: undefined };
  } catch (error) {
    return { file: undefined, failure: { error } };
  }
}
