import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { buildCodec } from '../../../../src/core/delivery/codec.ts';
import type { Compression } from '../../../../src/core/delivery/codec.ts';
import type { DeliveryLimits } from '../../../../src/core/delivery/limits.ts';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import type { ClassifyRules } from '../../../../src/core/classify/classify-chunk.ts';
import { noMeter } from '../../../../src/core/metrics/no-metrics.ts';
import { EventTimes } from '../../../../src/core/runs/event-times.ts';
import { pushSources } from '../../../../src/core/push/push-sources.ts';
import type { PushJob, PushPorts, PushResult } from '../../../../src/core/push/push-sources.ts';
import type { Classifier } from '../../../../src/ports/classifier.ts';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { MemoryQuarantine } from '../../../fakes/memory-quarantine.ts';
import { MemorySpool } from '../../../fakes/memory-spool.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { builtInRules } from '../classify/classifying.ts';

export const hourMs = 3_600_000;
export const firstMs = Date.UTC(2026, 0, 1);
export const rules = builtInRules({ maxLineBytes: 400 });

/** Small enough that every run spools, compresses in many blocks and waits at each semaphore. */
export const tinyLimits: DeliveryLimits = {
  pageMemoryBytes: 256,
  pageBytes: 16,
  blockBytes: 128,
  compressing: 2,
  pieceMemoryBytes: 100,
  uploads: 2,
  uploadBytes: 300,
};

/** A custom audit at an hour of the first day, with a text that makes it longer. */
export function eventLine(n: number, hour: number, text = ''): string {
  return JSON.stringify({
    eventID: `custom-audit-${n}`,
    eventTime: firstMs + hour * hourMs + n,
    clientID: 'c',
    eventDetails: text,
  });
}

/** Answers out of order: chunk by chunk it takes another number of turns. */
export function lazyClassifier(classifyRules: ClassifyRules, lookahead: number): Classifier {
  let chunks = 0;
  return {
    lookahead,
    classify: async ({ input, output }) => {
      for (let turns = (chunks++ * 7) % 5; turns > 0; turns--) await turn();
      return classifyChunk(input, output, classifyRules);
    },
    close: async () => undefined,
  };
}

export interface RunSettings {
  sources: readonly Source[];
  store?: MemoryStore;
  spool?: MemorySpool;
  quarantine?: MemoryQuarantine;
  signal?: AbortSignal;
  lookahead?: number;
  compression?: Compression;
  level?: number;
  onProgress?: PushPorts['progress']['update'];
  job?: Partial<PushJob>;
  classifyRules?: ClassifyRules;
}

export interface Run {
  result: PushResult;
  store: MemoryStore;
  spool: MemorySpool;
  quarantine: MemoryQuarantine;
}

/** One whole run between fakes. */
export async function runPush(settings: RunSettings): Promise<Run> {
  const { sources, lookahead = 0, compression = 'gzip', level = 6 } = settings;
  const store = settings.store ?? new MemoryStore();
  const spool = settings.spool ?? new MemorySpool();
  const quarantine = settings.quarantine ?? new MemoryQuarantine();
  const job: PushJob = {
    parts: sources.map((source) => ({ source })),
    types: rules.types,
    scheme: rules.scheme,
    codec: buildCodec(compression, level),
    objectBytes: 1000,
    maxLineBytes: 400,
    wrapping: undefined,
    chunks: new ChunkMemoryPool(256),
    limits: tinyLimits,
    badLineLimit: Number.POSITIVE_INFINITY,
    account: new RunAccount(rules.types, firstMs),
    times: new EventTimes(),
    ...settings.job,
  };
  const result = await pushSources(job, {
    classifier: lazyClassifier(settings.classifyRules ?? rules, lookahead),
    store,
    spool,
    quarantine,
    progress: { update: settings.onProgress ?? (() => undefined), end: () => undefined },
    meter: noMeter,
    clock: { now: () => firstMs },
    signal: settings.signal ?? new AbortController().signal,
  });
  return { result, store, spool, quarantine };
}

export interface StoredContent {
  key: string;
  sha256: string;
  content: string;
}

/** What a reader finds in the store: each object with its content, by key. */
export function contentsOf({ objects }: MemoryStore): StoredContent[] {
  return [...objects]
    .map(([key, body]) => {
      const content = key.endsWith('.gz') ? gunzipSync(body) : body;
      return {
        key,
        sha256: createHash('sha256').update(content).digest('hex'),
        content: content.toString('latin1'),
      };
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** The objects that the promise demands: each partition's lines in order, cut before the line that would be too much. */
export function expectedContents(
  lines: readonly { folder: string; line: string }[],
  objectBytes: number,
): string[] {
  const partitions = new Map<string, string[]>();
  for (const { folder, line } of lines) {
    const objects = partitions.get(folder) ?? [''];
    const last = objects.at(-1) ?? '';
    if (last !== '' && last.length + line.length + 1 > objectBytes) objects.push(`${line}\n`);
    else objects[objects.length - 1] = `${last}${line}\n`;
    partitions.set(folder, objects);
  }
  return [...partitions]
    .flatMap(([folder, objects]) => objects.map((content) => `${folder}: ${content}`))
    .toSorted();
}

/** The same of a store, to compare. */
export function foundContents(store: MemoryStore): string[] {
  return contentsOf(store)
    .map(({ key, content }) => `${key.slice(0, key.lastIndexOf('/'))}: ${content}`)
    .toSorted();
}
