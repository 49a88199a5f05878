import { describe, expect, test } from 'vitest';
import type { Leaf } from '../../../../../src/core/log/leaf.ts';
import type { LogRecord } from '../../../../../src/core/log/write/log-state.ts';
import type { LogWriter } from '../../../../../src/core/log/write/log-writer.ts';
import { memorySigner, MemoryRecordFile, readLogs } from '../../../../fakes/memory-log.ts';
import { leaf, LogBucket, openLog, publish } from './log-kit.ts';

const signer = memorySigner();
const open = (file: MemoryRecordFile<LogRecord>): Promise<LogWriter> => openLog(file, { signer });

/** The process is killed. */
class Killed extends Error {}

/** The runs of all leaves of all logs, each as often as it is there. */
async function runsIn(bucket: LogBucket): Promise<string[]> {
  const logs = await readLogs(bucket.objects, signer.publicKey);
  return logs.flatMap(({ leaves }) => leaves.flatMap((one) => ('run' in one ? [one.run] : []))).toSorted();
}

describe('a log', () => {
  test('begins with a leaf that says whose it is, and a reader finds all of it', async () => {
    const bucket = new LogBucket();
    const writer = await open(new MemoryRecordFile());
    await writer.keep([leaf('a')]);
    expect(await publish(writer, bucket)).toEqual([2]);
    await writer.keep([leaf('b'), leaf('c')]);
    expect(await publish(writer, bucket)).toEqual([4]);
    const [log, ...others] = await readLogs(bucket.objects, signer.publicKey);
    expect(others).toEqual([]);
    expect(log).toMatchObject({ sizes: [2, 4] });
    expect(log?.leaves[0]).toMatchObject({ kind: 'open', store: 'memory' });
    expect(await runsIn(bucket)).toEqual(['a', 'b', 'c']);
  });

  test('that has nothing new writes nothing', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const writer = await open(file);
    await writer.keep([leaf('a')]);
    await publish(writer, bucket);
    const { puts } = bucket;
    expect(await publish(await open(file), bucket)).toEqual([]);
    expect(bucket.puts).toBe(puts);
  });

  test('costs four objects for a small run: claim, bundle, tile, checkpoint', async () => {
    const bucket = new LogBucket();
    const writer = await open(new MemoryRecordFile());
    await writer.keep([leaf('a')]);
    await publish(writer, bucket);
    expect(
      [...bucket.objects.keys()].map((key) => key.replace(/^_audit-export\/log\/log-\d+\//, '')),
    ).toEqual([
      'claims/00000000000000000000',
      'tile/entries/000.p/2',
      'tile/0/000.p/2',
      'checkpoints/00000000000000000002',
    ]);
  });

  test('keeps the leaves of a batch once, however often it is done', async () => {
    const file = new MemoryRecordFile<LogRecord>();
    await (await open(file)).keep([leaf('a')], 'batch');
    const writer = await open(file);
    expect(writer.state.hasBatch('batch')).toBe(true);
    await writer.keep([leaf('again')], 'batch');
    const bucket = new LogBucket();
    await publish(writer, bucket);
    await (await open(file)).keep([leaf('again')], 'batch');
    await publish(await open(file), bucket);
    expect(await runsIn(bucket)).toEqual(['a']);
  });

  test('of many leaves is published in parts, and compacts what it keeps', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const writer = await open(file);
    const runs = Array.from({ length: 20_000 }, (_, at) => `run ${String(at).padStart(5, '0')}`);
    await writer.keep(runs.map(leaf));
    expect(await publish(writer, bucket)).toEqual([16_384, 20_001]);
    expect(await runsIn(bucket)).toEqual(runs);
    expect(file.bytes).toBeLessThan(600_000);
  });
});

describe('killed between any two writes', () => {
  /** Two runs that are published, the first in the middle of it killed at the write of this number, before or behind it. */
  async function killedAt(
    write: number,
    moment: 'before' | 'after',
    mayRead: boolean,
  ): Promise<LogBucket | undefined> {
    const bucket = new LogBucket();
    bucket.mayRead = mayRead;
    const file = new MemoryRecordFile<LogRecord>();
    let writes = 0;
    let isKilled = false;
    const count = (now: typeof moment): void => {
      if (now === 'before') writes++;
      if (isKilled || (moment === now && writes === write)) {
        isKilled = true;
        throw new Killed();
      }
    };
    const arm = (isOn: boolean): void => {
      file.beforeWrite = bucket.beforePut = isOn ? () => count('before') : () => undefined;
      file.afterWrite = bucket.afterPut = isOn ? () => count('after') : () => undefined;
    };
    const run = async (name: string): Promise<void> => {
      const writer = await open(file);
      await writer.keep([leaf(`${name} 1`), leaf(`${name} 2`)], name);
      await publish(writer, bucket);
    };
    arm(true);
    await run('first').catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    arm(false);
    if (!isKilled) return undefined;
    // The batch is done again, for the journal does not say that it is done.
    await run('first');
    await run('second');
    return bucket;
  }

  test.each([
    { moment: 'before' as const, mayRead: false },
    { moment: 'after' as const, mayRead: false },
    { moment: 'before' as const, mayRead: true },
    { moment: 'after' as const, mayRead: true },
  ])(
    '$moment a write (may read: $mayRead): no leaf is missing or there twice, and no log forks',
    async (how) => {
      let kills = 0;
      for (let write = 1; ; write++) {
        const bucket = await killedAt(write, how.moment, how.mayRead);
        if (bucket === undefined) break;
        kills++;
        expect(await runsIn(bucket)).toEqual(['first 1', 'first 2', 'second 1', 'second 2']);
        // Whose a claim is can be read, where it may be; else a kill right behind it ends the log.
        const logs = await readLogs(bucket.objects, signer.publicKey);
        expect(logs.length).toBeLessThanOrEqual(how.mayRead ? 1 : 2);
      }
      // Log, leaves, claim, its PUT, claimed, bundle, tile, checkpoint, published.
      expect(kills).toBe(9);
    },
  );
});

describe('who goes on from where another went on', () => {
  test('with a state of an old copy begins a new log that says so, and neither forks', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const writer = await open(file);
    await writer.keep([leaf('a')]);
    await publish(writer, bucket);
    const copy = new MemoryRecordFile<LogRecord>();
    copy.records = structuredClone(file.records);
    await writer.keep([leaf('b')]);
    await publish(writer, bucket);
    const other = await open(copy);
    await other.keep([leaf('c'), leaf('d')]);
    await publish(other, bucket);
    await writer.keep([leaf('e')]);
    await publish(writer, bucket);
    const logs = await readLogs(bucket.objects, signer.publicKey);
    expect(logs.map(({ sizes }) => sizes)).toEqual([[2, 3, 4], [3]]);
    expect(logs[1]?.leaves[0]).toMatchObject({
      kind: 'open',
      after: { id: logs[0]?.id, size: 2, reason: 'continued-elsewhere' },
    });
    expect(await runsIn(bucket)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('and two at once go on apart', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const copy = new MemoryRecordFile<LogRecord>();
    const first = await open(file);
    await first.keep([leaf('a')]);
    await publish(first, bucket);
    copy.records = structuredClone(file.records);
    const second = await open(copy);
    await Promise.all([first.keep([leaf('b')]), second.keep([leaf('c')])]);
    await Promise.all([publish(first, bucket), publish(second, bucket)]);
    expect(await runsIn(bucket)).toEqual(['a', 'b', 'c']);
    expect(await readLogs(bucket.objects, signer.publicKey)).toHaveLength(2);
  });

  test('nor trusts a tile that somebody has put there before', async () => {
    const bucket = new LogBucket();
    const writer = await open(new MemoryRecordFile());
    await writer.keep([leaf('a')]);
    bucket.objects.set(`_audit-export/log/${writer.state.id}/tile/0/000.p/2`, Buffer.alloc(64));
    await publish(writer, bucket);
    const signed = [...bucket.objects.keys()].filter((key) => key.includes('/checkpoints/'));
    expect(signed).toHaveLength(1);
    expect(signed[0]).toContain(`/log/${writer.state.id}/`);
  });
});

describe('a run that was killed', () => {
  const begin: Leaf = {
    kind: 'begin',
    layout: 'audit_type={type}/event_date={date}',
    run: 'killed',
    time: '2026-01-01T00:00:00.000Z',
    tool: 'audit-export 1',
    command: 'push',
  };
  const endOf = (run: string): object => ({
    kind: 'end',
    run,
    ended: 'interrupted',
    balance: {},
    objects: 0,
  });

  test('is ended by whoever opens the log next, once', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const writer = await open(file);
    await writer.keep([begin]);
    await publish(writer, bucket);
    for (let again = 0; again < 2; again++) await publish(await open(file), bucket);
    const [log] = await readLogs(bucket.objects, signer.publicKey);
    expect(log?.leaves).toMatchObject([{ kind: 'open' }, { kind: 'begin' }, endOf('killed')]);
  });

  test('is ended in the log that goes on from where it began, and what the store lets nobody overwrite is still known', async () => {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const writer = await open(file);
    await writer.keep([begin]);
    await publish(writer, bucket);
    await writer.noteNoAlias();
    const copy = new MemoryRecordFile<LogRecord>();
    copy.records = structuredClone(file.records);
    await writer.keep([leaf('more')]);
    await publish(writer, bucket);
    const other = await open(copy);
    await publish(other, bucket);
    expect(other.state.noAlias).toBe(true);
    const logs = await readLogs(bucket.objects, signer.publicKey);
    expect(logs.find(({ id }) => id === other.state.id)?.leaves).toMatchObject([
      { kind: 'open', after: { size: 2 } },
      endOf('killed'),
    ]);
  });
});

test('a store that says of every name that it is taken is not believed without end', async () => {
  const file = new MemoryRecordFile<LogRecord>();
  const writer = await open(file);
  await writer.keep([leaf('a')]);
  const untrue = new LogBucket();
  let asked = 0;
  const answers = { put: async () => (asked++, 'already-there' as const), read: async () => undefined };
  for (let tries = 1; tries <= 2; tries++) {
    await expect(writer.publish(answers).next()).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining('has just begun'),
    });
    expect(asked).toBe(2 * tries);
  }
  await publish(await open(file), untrue);
  expect(await runsIn(untrue)).toEqual(['a']);
});

test('a store that refuses leaves all for another time', async () => {
  const bucket = new LogBucket();
  const file = new MemoryRecordFile<LogRecord>();
  const writer = await open(file);
  for (const refused of ['claims', 'tile/entries', 'tile/0', 'checkpoints']) {
    await writer.keep([leaf(refused)]);
    bucket.beforePut = (key) => {
      if (key.includes(refused)) throw new Error('403');
    };
    await expect(publish(writer, bucket)).rejects.toThrow('403');
  }
  bucket.beforePut = () => undefined;
  await publish(await open(file), bucket);
  expect(await runsIn(bucket)).toEqual(['checkpoints', 'claims', 'tile/0', 'tile/entries']);
});

test('leaves that were not kept as a whole do not count', async () => {
  const file = new MemoryRecordFile<LogRecord>();
  const writer = await open(file);
  let writes = 0;
  file.beforeWrite = () => {
    if (++writes === 2) throw new Error('disk full');
  };
  await expect(writer.keep(Array.from({ length: 9000 }, (_, at) => leaf(`half ${at}`)))).rejects.toThrow(
    'disk full',
  );
  await writer.keep([leaf('whole')]);
  const bucket = new LogBucket();
  await publish(await open(file), bucket);
  expect(await runsIn(bucket)).toEqual(['whole']);
});
