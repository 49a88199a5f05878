import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';
import type { DeliveryLimits } from '../../../../src/core/delivery/limits.ts';
import { memorySource } from '../../../fakes/reused-buffer.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { membersOf } from '../delivery/gzip-members.ts';
import { contentsOf, eventLine, expectedContents, foundContents, runPush } from './pushing.ts';
import type { Run } from './pushing.ts';
import { runs } from '../../../fakes/runs.ts';

interface Written {
  hour: number;
  text: string;
  end: string;
  bad: string | undefined;
}

const written: fc.Arbitrary<Written> = fc.record({
  hour: fc.nat(5),
  text: fc.nat(260).map((bytes) => 'é'.repeat(bytes / 2)),
  end: fc.constantFrom('\n', '\r\n', '\n\n'),
  bad: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('{}', 'oops', 'x'.repeat(401), 'y'.repeat(900)) },
  ),
});
const inputs = fc.array(written, { maxLength: 60 });

/** Everything that must not show in what is delivered. */
const conditions = fc.record({
  pieces: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
  chunkBytes: fc.integer({ min: 16, max: 3000 }),
  lookahead: fc.nat(5),
  level: fc.integer({ min: 1, max: 9 }),
  delays: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
  limits: fc.record({
    pageMemoryBytes: fc.integer({ min: 1, max: 4000 }),
    pageBytes: fc.integer({ min: 1, max: 64 }),
    blockBytes: fc.integer({ min: 1, max: 2000 }),
    compressing: fc.integer({ min: 1, max: 4 }),
    pieceMemoryBytes: fc.constantFrom(0, 50, 1_000_000),
    uploads: fc.integer({ min: 1, max: 5 }),
    uploadBytes: fc.constantFrom(1, 200, 1_000_000),
  }) satisfies fc.Arbitrary<DeliveryLimits>,
});
const objectSizes = fc.constantFrom(1, 300, 1000, 1_000_000);

const lineOf = ({ hour, text, bad }: Written, n: number): string => bad ?? eventLine(n, hour, text);
const bytesOf = (lines: readonly Written[]): Buffer =>
  Buffer.from(lines.map((line, n) => lineOf(line, n) + line.end).join(''));
const isTooLong = (line: Written, n: number): boolean => Buffer.byteLength(lineOf(line, n)) > 400;

function filedLines(lines: readonly Written[]): { folder: string; line: string }[] {
  return lines.flatMap((line, n) =>
    line.bad !== undefined || isTooLong(line, n)
      ? []
      : [
          {
            folder: `audit_type=custom/event_date=2026-01-01/event_hour=0${line.hour}`,
            line: Buffer.from(lineOf(line, n)).toString('latin1'),
          },
        ],
  );
}

function pushUnder(
  bytes: Buffer,
  objectBytes: number,
  how: typeof conditions extends fc.Arbitrary<infer C> ? C : never,
): Promise<Run> {
  const { pieces, chunkBytes, lookahead, level, delays, limits } = how;
  return runPush({
    sources: [memorySource('memory', bytes, { sizes: pieces })],
    store: new MemoryStore({ delayMs: (put) => delays[put % delays.length] ?? 0 }),
    lookahead,
    level,
    job: { objectBytes, chunks: new ChunkMemoryPool(chunkBytes), limits },
  });
}

describe('the same input gives the same objects, whatever the pieces, memory, blocks, threads, uploads and store', () => {
  test('each object has the lines of its partition in input order, cut by size only', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, objectSizes, conditions, async (lines, objectBytes, how) => {
        const { store, result, spool } = await pushUnder(bytesOf(lines), objectBytes, how);
        expect(result.error).toBeUndefined();
        expect(foundContents(store)).toEqual(expectedContents(filedLines(lines), objectBytes));
        expect(spool.live).toBe(0);
      }),
      { numRuns: runs(25) },
    );
  });

  test('key and hash are the same in two runs under other conditions', async () => {
    await fc.assert(
      fc.asyncProperty(
        inputs,
        objectSizes,
        conditions,
        conditions,
        async (lines, objectBytes, one, other) => {
          const bytes = bytesOf(lines);
          const [first, second] = await Promise.all([
            pushUnder(bytes, objectBytes, one),
            pushUnder(bytes, objectBytes, other),
          ]);
          expect(contentsOf(first.store)).toEqual(contentsOf(second.store));
        },
      ),
      { numRuns: runs(15) },
    );
  });

  test('the books agree with what a reader finds, and every line is accounted for', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, objectSizes, conditions, async (lines, objectBytes, how) => {
        const { store, result, quarantine } = await pushUnder(bytesOf(lines), objectBytes, how);
        const found = contentsOf(store);
        const booked = result.account.objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        expect(booked.map(({ key, sha256, lines, bytes }) => ({ key, sha256, lines, bytes }))).toEqual(
          found.map(({ key, sha256, content }) => ({
            key,
            sha256,
            lines: content.split('\n').length - 1,
            bytes: content.length,
          })),
        );
        for (const { key, sha256 } of found) expect(key).toContain(`Z-${sha256.slice(0, 32)}.jsonl.gz`);
        const bad = lines.filter((line, n) => line.bad !== undefined || isTooLong(line, n)).length;
        const blank = lines.filter(({ end }) => end === '\n\n').length;
        expect(result.account.balance()).toEqual({
          read: lines.length + blank,
          delivered: lines.length - bad,
          alreadyDelivered: 0,
          duplicate: 0,
          notSelected: 0,
          ignored: 0,
          quarantined: bad,
          blank,
          undelivered: 0,
        });
        expect(quarantine.lines).toHaveLength(bad);
      }),
      { numRuns: runs(15) },
    );
  });

  test('bad lines are set aside with their bytes, line number and offset', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, conditions, async (lines, how) => {
        const { quarantine } = await pushUnder(bytesOf(lines), 1000, how);
        const expected: object[] = [];
        let offset = 0;
        let number = 1;
        for (const [n, line] of lines.entries()) {
          const bytes = Buffer.from(lineOf(line, n));
          if (line.bad !== undefined || bytes.length > 400)
            expected.push({ source: 'memory', line: number, offset, bytes: bytes.toString() });
          offset += bytes.length + line.end.length;
          number += line.end === '\n\n' ? 2 : 1;
        }
        expect(
          quarantine.lines.map(({ line: { source, line, offset }, bytes }) => ({
            source,
            line,
            offset,
            bytes: bytes.toString(),
          })),
        ).toEqual(expected);
      }),
      { numRuns: runs(15) },
    );
  });
});

test('the same input a second time stores nothing new, and every line counts as already delivered', async () => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, n) => `${eventLine(n, n % 4)}\n`).join(''));
  const store = new MemoryStore();
  await runPush({ sources: [memorySource('memory', bytes)], store });
  const before = contentsOf(store);
  const { result } = await runPush({
    sources: [memorySource('memory', bytes)],
    store,
    lookahead: 3,
    level: 1,
  });
  expect(contentsOf(store)).toEqual(before);
  expect(result.account.balance()).toMatchObject({
    read: 200,
    delivered: 0,
    alreadyDelivered: 200,
    undelivered: 0,
  });
  expect(result.account.objects.every(({ status }) => status === 'already-there')).toBe(true);
});

test('two runs into one store at once end with one set of objects, and share the lines', async () => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, n) => `${eventLine(n, n % 4)}\n`).join(''));
  const store = new MemoryStore({ delayMs: (put) => put % 3 });
  const runs = await Promise.all(
    [0, 4].map((lookahead) => runPush({ sources: [memorySource('memory', bytes)], store, lookahead })),
  );
  const balances = runs.map(({ result }) => result.account.balance());
  expect(balances.map(({ delivered, alreadyDelivered }) => delivered + alreadyDelivered)).toEqual([200, 200]);
  expect(balances.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(200);
  expect(contentsOf(store).reduce((sum, { content }) => sum + content.split('\n').length - 1, 0)).toBe(200);
});

test('an object is one gzip member, of however many blocks', async () => {
  const bytes = Buffer.from(Array.from({ length: 60 }, (_, n) => `${eventLine(n, 0)}\n`).join(''));
  const { store } = await runPush({
    sources: [memorySource('memory', bytes)],
    job: { objectBytes: 1_000_000 },
  });
  expect([...store.objects.values()].map(membersOf)).toEqual([[bytes]]);
});

test('without compression the objects have the same keys but for their ending, and the content itself', async () => {
  const bytes = Buffer.from(Array.from({ length: 60 }, (_, n) => `${eventLine(n, n % 2)}\n`).join(''));
  const [packed, plain] = await Promise.all([
    runPush({ sources: [memorySource('memory', bytes)] }),
    runPush({ sources: [memorySource('memory', bytes)], compression: 'none' }),
  ]);
  expect(contentsOf(plain.store)).toEqual(
    contentsOf(packed.store).map(({ key, sha256, content }) => ({
      key: key.replace('.gz', ''),
      sha256,
      content,
    })),
  );
});

test('the prefix of the store leads every key', async () => {
  const { store } = await runPush({
    sources: [memorySource('memory', Buffer.from(eventLine(1, 1)))],
    store: new MemoryStore({}, 'audit/x'),
  });
  expect([...store.objects.keys()][0]).toMatch(
    /^audit\/x\/audit_type=custom\/event_date=2026-01-01\/event_hour=01\/20260101T010000001Z-[0-9a-f]{32}\.jsonl\.gz$/,
  );
});

test('several sources follow each other: their lines meet in one partition, in the order of the sources', async () => {
  const [a, b] = [eventLine(1, 0, 'a'), eventLine(2, 0, 'b')];
  const { store, result } = await runPush({
    sources: [memorySource('a', Buffer.from(a)), memorySource('b', Buffer.from(`${b}\r\n`))],
  });
  expect(contentsOf(store).map(({ content }) => content)).toEqual([`${a}\n${b}\n`]);
  expect(result.sources.map(({ name, lines, storedBytes }) => ({ name, lines, storedBytes }))).toEqual([
    { name: 'a', lines: 1, storedBytes: a.length },
    { name: 'b', lines: 1, storedBytes: b.length + 2 },
  ]);
});

test('a JSON array and pretty objects give the objects that their compact lines give', async () => {
  const lines = Array.from({ length: 20 }, (_, n) => eventLine(n, n % 3, 'x'.repeat(n)));
  const values = lines.map((line) => JSON.parse(line) as object);
  const texts = [
    `${lines.join('\n')}\n`,
    JSON.stringify(values, null, 2),
    values.map((value) => JSON.stringify(value, null, 4)).join('\n'),
  ];
  const runs = await Promise.all(
    texts.map((text) => runPush({ sources: [memorySource('memory', Buffer.from(text))] })),
  );
  expect(runs.map(({ result }) => result.sources[0]?.format)).toEqual(['lines', 'array', 'objects']);
  for (const { store } of runs) expect(contentsOf(store)).toEqual(contentsOf(runs[0]?.store ?? store));
});

test('a line of nothing but white space that is too long counts the same for any chunk memory', async () => {
  const bytes = Buffer.from(`${eventLine(1, 1)}\n${' '.repeat(900)}\n${eventLine(2, 1)}\n`);
  const runs = await Promise.all(
    [16, 401, 700, 4096].map((chunkBytes) =>
      runPush({ sources: [memorySource('memory', bytes)], job: { chunks: new ChunkMemoryPool(chunkBytes) } }),
    ),
  );
  const [first, ...others] = runs.map(({ result }) => result.account.balance());
  for (const balance of others) expect(balance).toEqual(first);
});
