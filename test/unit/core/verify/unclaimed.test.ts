import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderReader } from '../../../../src/adapters/fs/store/folder-reader.ts';
import { buildPalette } from '../../../../src/cli/render/palette.ts';
import { renderVerifyReport } from '../../../../src/cli/render/readers/verify-report.ts';
import { checkpointKey } from '../../../../src/core/log/log-keys.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import type { StoreReader } from '../../../../src/ports/store/store-reader.ts';
import type { WrittenStore } from './written-store.ts';
import { hourMs, newSigner, writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);

test('what a delivery to a folder had not finished is no object where that was copied to a bucket; no other name hides one', async () => {
  const store = await writtenStore();
  const folder = 'audit_type=query/event_date=2026-03-01';
  const reader = new FolderReader(store.folder);
  const withFile = (name: string): StoreReader => ({
    location: reader.location,
    list: async function* (prefix, from) {
      yield* reader.list(prefix, from);
      const key = `${folder}/${name}`;
      if (prefix === '') yield { key, size: 9, modifiedMs: undefined, revision: '' };
    },
    read: (key) => reader.read(key),
    close: () => reader.close(),
  });
  expect(
    await store.report({ reader: withFile('.unfinished-0a1b2c3d-712-4711-0123456789ab') }),
  ).toMatchObject({
    verdict: 'intact',
    objects: { leftOut: expect.any(Number) },
  });
  for (const name of [
    '.unfinished-0a1b2c3d-712-4711-0123456789ab.jsonl.gz',
    '.unfinished-712-0123456789ab',
    '.hidden',
  ])
    expect(codes(await store.report({ reader: withFile(name) }))).toEqual(['object-unclaimed']);
});

describe('an object that no log tells of yet', () => {
  /** Stores one at a time of the store's clock; 0 is now. */
  function storeOne(store: WrittenStore, afterMs = 0, name = 'one'): string {
    const key = `audit_type=query/event_date=2026-03-01/${name}.jsonl.gz`;
    store.write(key, 'x');
    const at = new Date(store.nowMs + afterMs);
    utimesSync(join(store.folder, key), at, at);
    return key;
  }

  test('is in flight while a run is under way that has said so, and that run is not unfinished', async () => {
    const store = await writtenStore();
    store.begin('now');
    store.publish();
    store.announce('now');
    storeOne(store, 60_000);
    const report = await store.report({ nowMs: store.nowMs + hourMs });
    expect(report).toMatchObject({
      verdict: 'intact',
      objects: { inFlight: 1 },
      underWay: [{ log: store.id, run: 'now' }],
    });
    expect((await store.report({ nowMs: store.nowMs + hourMs, keys: [store.signer.verifier] })).verdict).toBe(
      'intact',
    );
    expect(codes(await store.report({ nowMs: store.nowMs + 2 * hourMs }))).toEqual([
      'object-unclaimed',
      'run-unfinished',
    ]);
  });

  test('is so before the log has its first checkpoint: a log that has just begun lacks nothing', async () => {
    const store = await writtenStore([]);
    store.announce('first', { size: 0 });
    storeOne(store);
    const report = await store.report({ keys: [store.signer.verifier] });
    expect(report).toMatchObject({
      verdict: 'intact',
      objects: { inFlight: 1 },
      underWay: [{ log: store.id, leaves: 0 }],
      logs: [{ leaves: null }],
    });
    const text = renderVerifyReport(report, buildPalette({ stdout: {}, environment: {} } as never, true), {
      verbose: false,
      columns: undefined,
    });
    expect(text).toContain('has just begun');
    expect(text).toContain('1 object is stored and in no log yet');
    expect(text).not.toContain('Complete');
    // What is older than the run is none of its objects, and once its time is up nothing is proven.
    storeOne(store, -hourMs, 'old');
    expect(codes(await store.report())).toEqual(['object-unclaimed']);
    expect((await store.report({ nowMs: store.nowMs + 3 * hourMs })).verdict).toBe('not-proven');
    const other = { ...newSigner(store.id).verifier };
    expect(await store.report({ keys: [other] })).toMatchObject({
      verdict: 'not-proven',
      objects: { inFlight: 0 },
      underWay: [],
    });
  });

  test('does not hide that the log had leaves when the run was announced, and has them no longer', async () => {
    for (const runs of [[3], [3, 4]]) {
      const store = await writtenStore(runs);
      store.announce('now');
      storeOne(store);
      rmSync(join(store.folder, checkpointKey(store.id, store.size)));
      const { counts, findings } = await store.report({ mode: 'quick' });
      expect(counts).toMatchObject({ 'log-rolled-back': 1 });
      const told = findings.find(({ code }) => code === 'log-rolled-back');
      expect(told?.message).toContain(`when the log had ${store.size} leaves`);
    }
  });

  test('is so where the run has begun while the store was read', async () => {
    const store = await writtenStore();
    const reader = new FolderReader(store.folder);
    const later: StoreReader = {
      location: '',
      list: async function* (prefix, from) {
        yield* reader.list(prefix, from);
        if (prefix !== '') return;
        store.announce('later');
        yield { key: storeOne(store), size: 1, modifiedMs: store.nowMs, revision: '' };
      },
      read: (key) => reader.read(key),
      close: () => reader.close(),
    };
    expect(await store.report({ reader: later })).toMatchObject({
      verdict: 'intact',
      objects: { inFlight: 1 },
    });
  });

  test('is none of a run that has ended, nor older than it, nor covered by what another key has signed', async () => {
    const ended = await writtenStore();
    ended.announce('run-9');
    ended.begin('run-9');
    ended.end('run-9', { objects: 0, delivered: 0 });
    ended.publish();
    storeOne(ended);
    expect(codes(await ended.report())).toEqual(['object-unclaimed']);
    const old = await writtenStore();
    old.announce('now');
    storeOne(old, -hourMs);
    expect(await old.report()).toMatchObject({ counts: { 'object-unclaimed': 1 }, objects: { inFlight: 0 } });
    const forged = await writtenStore();
    forged.announce('now', { signer: newSigner(forged.id) });
    storeOne(forged);
    expect(codes(await forged.report())).toEqual(['object-unclaimed']);
    expect(codes(await forged.report({ nowMs: forged.nowMs + 3 * hourMs }))).toEqual([
      'object-unclaimed',
      'foreign-key',
    ]);
  });

  test('is not hidden by a note that was changed, and any byte of that is found', async () => {
    const store = await writtenStore([1]);
    const key = store.announce('run-1');
    const note = readFileSync(join(store.folder, key));
    storeOne(store);
    const nowMs = store.nowMs + 3 * hourMs;
    for (let at = 0; at < note.length; at += 3) {
      const changed = Buffer.from(note);
      changed[at] = (changed[at] as number) ^ 1;
      store.write(key, changed);
      const [, ...more] = codes(await store.report({ nowMs, mode: 'quick' }));
      expect(more, `byte ${at}`).toHaveLength(1);
      expect(['checkpoint-bad-signature', 'foreign-key']).toContain(more[0]);
    }
  });
});
