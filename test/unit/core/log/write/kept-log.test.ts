import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeBundle } from '../../../../../src/core/log/entry-bundle.ts';
import { leafOf } from '../../../../../src/core/log/leaf.ts';
import { parseLogKey, sizeInPath, tileKey } from '../../../../../src/core/log/log-keys.ts';
import { tileHolding, tileWidth } from '../../../../../src/core/log/tile-path.ts';
import { KeptLog, mostHeld } from '../../../../../src/core/log/write/kept-log.ts';
import type { LogRecord } from '../../../../../src/core/log/write/log-state.ts';
import type { LogWriter } from '../../../../../src/core/log/write/log-writer.ts';
import { memorySigner, MemoryRecordFile, readLogs } from '../../../../fakes/memory-log.ts';
import { leaf, LogBucket, openLog, publish } from './log-kit.ts';

const signer = memorySigner();
const open = (file: MemoryRecordFile<LogRecord>): Promise<LogWriter> => openLog(file, { signer });
const runs = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `run ${String(from + at).padStart(6, '0')}`);

/** Leaves that are held in memory, by the state and by what the next one reads at its start. */
function held(writer: LogWriter, file: MemoryRecordFile<LogRecord>): number {
  const inRecords = file.records.map((record) => ('leaves' in record ? record.leaves.length : 0));
  return Math.max(
    writer.state.leaves.length,
    inRecords.reduce((sum, count) => sum + count, 0),
  );
}

/** The runs of all leaves of the newest checkpoint. */
function leavesIn({ objects }: LogBucket): string[] {
  const [id = ''] = [...objects.keys()].flatMap((key) => parseLogKey(key)?.id ?? []);
  const sizes = [...objects.keys()].map(
    (key) => sizeInPath('checkpoints', parseLogKey(key)?.path ?? '') ?? 0,
  );
  const size = Math.max(...sizes);
  const found: string[] = [];
  for (let from = 0; from < size; from += tileWidth) {
    const bundle = tileHolding('entries', from, size);
    const body = bundle && objects.get(tileKey(id, bundle));
    for (const entry of decodeBundle(gunzipSync(body ?? Buffer.alloc(0)))) {
      const one = leafOf(entry);
      if (one !== undefined && 'run' in one) found.push(one.run);
    }
  }
  return found;
}

describe('leaves that nobody takes', () => {
  test.each([
    { what: 'a few at a time', atOnce: 700 },
    { what: 'all of one run at once', atOnce: 21_000 },
  ])('are held for a few thousand only ($what), and all are published in their order', async ({ atOnce }) => {
    const file = new MemoryRecordFile<LogRecord>();
    const bucket = new LogBucket();
    let writer = await open(file);
    for (let from = 0; from < 21_000; from += atOnce) {
      await writer.keep(runs(from, from + atOnce).map(leaf), `batch ${from}`);
      expect(held(writer, file)).toBeLessThan(mostHeld);
      // Each push opens it again.
      writer = await open(file);
      expect(held(writer, file)).toBeLessThan(mostHeld);
      expect(writer.state.hasBatch(`batch ${from}`)).toBe(true);
    }
    expect(writer.state.unpublished).toBe(21_001);
    expect(await publish(writer, bucket)).toEqual([16_384, 21_001]);
    expect(leavesIn(bucket)).toEqual(runs(0, 21_000));
    expect(file.segments.size).toBe(0);
  });

  test('are not mixed up by what is kept while a part of them is being published', async () => {
    const file = new MemoryRecordFile<LogRecord>();
    const bucket = new LogBucket();
    const writer = await open(file);
    await writer.keep(runs(0, 1000).map(leaf));
    let more = 1000;
    bucket.beforePut = () => {
      if (more >= 9000) return;
      void writer.keep(runs(more, more + 2000).map(leaf));
      more += 2000;
    };
    await publish(writer, bucket);
    await publish(writer, bucket);
    expect(leavesIn(bucket)).toEqual(runs(0, 9000));
  });

  test('come into the log that follows where another went on', async () => {
    const file = new MemoryRecordFile<LogRecord>();
    const bucket = new LogBucket();
    const writer = await open(file);
    await publish(writer, bucket);
    const copy = new MemoryRecordFile<LogRecord>();
    copy.records = structuredClone(file.records);
    await writer.keep([leaf('another')]);
    await publish(writer, bucket);
    const other = await open(copy);
    await other.keep(runs(0, 5000).map(leaf));
    await publish(other, bucket);
    const logs = await readLogs(bucket.objects, signer.publicKey);
    const next = logs.find(({ id }) => id === other.state.id);
    expect(next?.leaves[0]).toMatchObject({ kind: 'open', after: { reason: 'continued-elsewhere' } });
    expect(next?.leaves.map((one) => ('run' in one ? one.run : one.kind))).toEqual([
      'open',
      ...runs(0, 5000),
    ]);
  });

  test('of which a segment is gone are told as damaged, and nothing is signed', async () => {
    const file = new MemoryRecordFile<LogRecord>();
    const bucket = new LogBucket();
    const writer = await open(file);
    await writer.keep(runs(0, 5000).map(leaf));
    file.segments.clear();
    await expect(publish(writer, bucket)).rejects.toThrow('it is damaged');
    expect(bucket.objects.size).toBe(0);
  });
});

describe('killed between any two writes while leaves are put apart', () => {
  test.each(['before', 'after'] as const)('%s a write: no leaf is missing or there twice', async (moment) => {
    for (let write = 1; ; write++) {
      const file = new MemoryRecordFile<LogRecord>();
      let writes = 0;
      let isKilled = false;
      const count = (now: typeof moment): void => {
        if (now === 'before') writes++;
        if (isKilled || (now === moment && writes === write)) {
          isKilled = true;
          throw new Error('killed');
        }
      };
      const keepAll = async (): Promise<void> => {
        const writer = await open(file);
        await writer.keep(runs(0, 100).map(leaf), 'small');
        await writer.keep(runs(100, 4500).map(leaf), 'large');
      };
      file.beforeWrite = () => count('before');
      file.afterWrite = () => count('after');
      await keepAll().catch(() => undefined);
      file.beforeWrite = file.afterWrite = () => undefined;
      // Whoever is killed does its batches again.
      await keepAll();
      const bucket = new LogBucket();
      await publish(await open(file), bucket);
      expect(leavesIn(bucket)).toEqual(runs(0, 4500));
      expect(file.segments.size).toBe(0);
      if (!isKilled) return;
    }
  });
});

test('a log that is put in the place of another holds as few', async () => {
  const file = new MemoryRecordFile<LogRecord>();
  const kept = await KeptLog.open(file);
  const log = {
    id: 'log',
    publicKey: '',
    size: 0,
    levels: [],
    entries: [],
    segments: [],
    leaves: [],
    batches: [],
  };
  await kept.replace(
    log,
    (async function* () {
      yield* runs(0, 10_000);
    })(),
  );
  expect(kept.state.leaves.length).toBeLessThan(mostHeld);
  expect(kept.state.unpublished).toBe(10_000);
  expect(await kept.first(10_000)).toEqual(runs(0, 10_000));
});
