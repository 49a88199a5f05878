import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';
import { imbalance } from '../../../../src/core/accounting/balance.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { MemoryQuarantine } from '../../../fakes/memory-quarantine.ts';
import { MemorySpool } from '../../../fakes/memory-spool.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { memorySource } from '../../../fakes/reused-buffer.ts';
import { contentsOf, eventLine, foundContents, runPush } from './pushing.ts';
import type { Run } from './pushing.ts';

const count = 300;
const lines = Array.from({ length: count }, (_, n) => eventLine(n, n % 3));
const input = Buffer.from(`${lines.join('\n')}\n`);
const source = memorySource('memory', input, { sizes: [100] });
const complete = runPush({ sources: [source] });

/** A run that ended early has stored only whole objects that a complete run stores too, and its books are right. */
async function expectWholeObjectsAndRightBooks({ result, store }: Run): Promise<void> {
  const all = new Set(foundContents((await complete).store));
  for (const content of foundContents(store)) expect(all).toContain(content);
  const balance = result.account.balance();
  const stored = contentsOf(store).reduce((sum, { content }) => sum + content.split('\n').length - 1, 0);
  expect(imbalance(balance)).toBe(0);
  expect(balance.delivered + balance.alreadyDelivered).toBe(stored);
  expect(balance.undelivered).toBe(balance.read - stored - balance.quarantined - balance.blank);
}

describe('a store that fails stops the run', () => {
  test.each([0, 1, 5, 20])(
    'at put %d: what was stored stays counted, the rest is undelivered',
    async (failing) => {
      const failure = new AuditExportError('store-failed', 'the disk is full');
      const store = new MemoryStore({ failure: (put) => (put === failing ? failure : undefined) });
      const run = await runPush({ sources: [source], store });
      expect(run.result).toMatchObject({ ended: 'failed', error: failure });
      expect(run.result.account.balance().undelivered).toBeGreaterThan(0);
      expect(store.puts).toBeLessThanOrEqual(failing + 2);
      await expectWholeObjectsAndRightBooks(run);
    },
  );

  test('when objects still open at the end of the input fail', async () => {
    const puts = (await complete).store.puts;
    const store = new MemoryStore({ failure: (put) => (put === puts - 1 ? new Error('gone') : undefined) });
    const run = await runPush({ sources: [source], store });
    expect(run.result).toMatchObject({ ended: 'failed', error: { message: 'gone' } });
    await expectWholeObjectsAndRightBooks(run);
  });

  test('and a run after it completes what is missing, with nothing twice', async () => {
    const store = new MemoryStore({ failure: (put) => (put === 4 ? new Error('gone') : undefined) });
    await runPush({ sources: [source], store });
    const before = store.objects.size;
    const { result } = await runPush({ sources: [source], store });
    expect(before).toBeGreaterThan(0);
    expect(contentsOf(store)).toEqual(contentsOf((await complete).store));
    expect(result.account.balance()).toMatchObject({ read: count, undelivered: 0 });
    expect(result.account.balance().alreadyDelivered).toBeGreaterThan(0);
  });

  test('whatever put it is, and however slow the others are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.nat(5),
        fc.array(fc.nat(3), { minLength: 1 }),
        async (failing, lookahead, delays) => {
          const store = new MemoryStore({
            failure: (put) => (put === failing ? new Error('gone') : undefined),
            delayMs: (put) => delays[put % delays.length] ?? 0,
          });
          const run = await runPush({ sources: [source], store, lookahead });
          expect(run.result.ended).toBe(failing < (await complete).store.puts ? 'failed' : 'complete');
          await expectWholeObjectsAndRightBooks(run);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('a source that breaks', () => {
  test.each([0, 50, 2000, input.length])(
    'after %d bytes leaves what is stored, and delivers no unfinished object',
    async (bytes) => {
      const failure = new AuditExportError('source-broken', 'memory: ends too early');
      const broken = memorySource('memory', input.subarray(0, bytes), { sizes: [100], failure });
      const run = await runPush({ sources: [broken], lookahead: 2 });
      expect(run.result).toMatchObject({ ended: 'failed', error: failure });
      await expectWholeObjectsAndRightBooks(run);
    },
  );

  test('leaves the sources behind it unread', async () => {
    const broken = memorySource('a', Buffer.from('x\n'), { failure: new Error('unplugged') });
    const { result } = await runPush({ sources: [broken, source] });
    expect(result.sources.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a run that is told to stop', () => {
  test.each([1, 3, 30])(
    'after %d updates stops reading, and delivers no unfinished object',
    async (updates) => {
      const controller = new AbortController();
      let seen = 0;
      const onProgress = (): void => {
        if (++seen === updates) controller.abort();
      };
      const run = await runPush({ sources: [source], signal: controller.signal, onProgress, lookahead: 3 });
      expect(run.result).toMatchObject({ ended: 'interrupted', error: undefined });
      expect(run.result.account.read).toBeLessThan(count);
      await expectWholeObjectsAndRightBooks(run);
    },
  );

  test('before it began reads nothing', async () => {
    const { result, store } = await runPush({ sources: [source], signal: AbortSignal.abort() });
    expect([result.ended, result.account.read, store.puts]).toEqual(['interrupted', 0, 0]);
  });

  test('sees the objects through that are under way', async () => {
    const controller = new AbortController();
    const store = new MemoryStore({ delayMs: () => 20 });
    const onProgress = (): void => {
      if (store.puts > 0) controller.abort();
    };
    const { result } = await runPush({ sources: [source], store, signal: controller.signal, onProgress });
    expect(result.account.objects).toHaveLength(store.puts);
  });
});

describe('bad lines', () => {
  const withBad = [
    ...lines.slice(0, 20),
    'oops',
    '{}',
    ...lines.slice(20, 40),
    'x'.repeat(500),
    'y'.repeat(2000),
    ...lines.slice(40),
  ];
  const bytes = Buffer.from(`${withBad.join('\n')}\n`);

  test.each([0, 1, 2, 3])(
    'stop the run when there are more than %d, if that is the limit',
    async (badLineLimit) => {
      for (const lookahead of [0, 3]) {
        const run = await runPush({
          sources: [memorySource('memory', bytes, { sizes: [64] })],
          lookahead,
          job: { badLineLimit },
        });
        const { result, quarantine } = run;
        expect(result).toMatchObject({ ended: 'failed', error: { code: 'too-many-bad-lines' } });
        expect((result.error as AuditExportError).details).toEqual({
          source: 'memory',
          line: [21, 22, 43, 44][badLineLimit],
        });
        expect(quarantine.lines).toHaveLength(badLineLimit + 1);
        expect(imbalance(result.account.balance())).toBe(0);
      }
    },
  );

  test('do not stop it at the limit', async () => {
    const { result } = await runPush({ sources: [memorySource('memory', bytes)], job: { badLineLimit: 4 } });
    expect(result).toMatchObject({ ended: 'complete', quarantineFile: 'memory-quarantine' });
    expect([...result.account.reasons]).toEqual([
      ['not-json', 1],
      ['unknown-type', 1],
      ['too-long', 2],
    ]);
  });

  test('that the run may have are all counted though it was stopped in the middle of a chunk', async () => {
    const many = Buffer.from('oops\n'.repeat(50));
    const { result } = await runPush({
      sources: [memorySource('memory', many)],
      job: { badLineLimit: 10, chunks: new ChunkMemoryPool(1024) },
    });
    expect(result.account.balance()).toMatchObject({ read: 50, quarantined: 11, undelivered: 39 });
  });

  test.each([0, 1, 2, 3])(
    'that can not be kept stop the run at number %d, and the sum still comes out right',
    async (failAt) => {
      const quarantine = new MemoryQuarantine(failAt);
      const run = await runPush({
        sources: [memorySource('memory', bytes)],
        quarantine,
        job: { chunks: new ChunkMemoryPool(8192) },
      });
      expect(run.result).toMatchObject({ ended: 'failed', error: { message: 'the quarantine is full' } });
      expect(run.result.account.quarantined).toBe(failAt);
      expect(imbalance(run.result.account.balance())).toBe(0);
    },
  );

  test('lines of a source that comes again have the place where they first stood', async () => {
    const again = {
      ...memorySource('quarantine', Buffer.from('oops\n{}\n')),
      format: 'lines' as const,
      placeOf: (line: number) => ({
        source: 'first',
        sourceHead: 'h',
        line: line * 100,
        offset: line * 1000,
      }),
    };
    const { quarantine } = await runPush({ sources: [again] });
    expect(
      quarantine.lines.map(({ line: { source, sourceHead, line, offset } }) => ({
        source,
        sourceHead,
        line,
        offset,
      })),
    ).toEqual([
      { source: 'first', sourceHead: 'h', line: 100, offset: 1000 },
      { source: 'first', sourceHead: 'h', line: 200, offset: 2000 },
    ]);
  });
});

test('a spool that fails ends the run with its error, and the sum comes out right', async () => {
  for (const failFrom of [0, 1, 5]) {
    const run = await runPush({ sources: [source], spool: new MemorySpool(failFrom) });
    expect(run.result).toMatchObject({
      ended: 'failed',
      error: { message: 'no space left on the disk of the spool' },
    });
    await expectWholeObjectsAndRightBooks(run);
  }
});

test('what was set aside is sealed once, however the run ends', async () => {
  const failing = new MemoryStore({ failure: () => new Error('gone') });
  const runs = await Promise.all([
    runPush({ sources: [source] }),
    runPush({ sources: [source], store: failing }),
  ]);
  expect(runs.map(({ quarantine }) => quarantine.sealed)).toEqual([1, 1]);
});
