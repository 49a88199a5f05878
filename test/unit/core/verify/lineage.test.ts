import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placesOf } from '../../../../src/core/verify/finding.ts';
import { logFolder } from '../../../../src/core/log/log-keys.ts';
import { endOfKilled } from '../../../../src/core/log/write/run-leaves.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import { dayMs, hourMs, WrittenStore, writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);
const iso = (ms: number): string => new Date(ms).toISOString();

/** A log that goes on from another, after so many leaves of that. The names are such that it is listed first. */
function childOf(parent: WrittenStore, { size = parent.size, nowMs = parent.nowMs } = {}): WrittenStore {
  const after = { id: parent.id, size, reason: 'continued-elsewhere' as const };
  return new WrittenStore({ id: `a-${parent.id}`, folder: parent.folder, nowMs, after });
}

describe('a log that goes on from another', () => {
  test('ends the runs that began there', async () => {
    const store = await writtenStore([2]);
    store.begin('long');
    await store.object('long', ['{"a":1}']);
    store.publish();
    expect(codes(await store.report())).toEqual(['run-unfinished']);
    const child = childOf(store);
    await child.object('long', ['{"a":2}']);
    child.end('long', { objects: 2, delivered: 2 });
    child.publish();
    // What the other one says behind that place is not this one's.
    await store.object('long', ['{"a":3}']);
    store.end('long', { objects: 2, delivered: 2 });
    store.publish();
    expect(codes(await child.report())).toEqual([]);
  });

  test('does not end what it does not know', async () => {
    const store = await writtenStore([1]);
    const { size } = store;
    store.begin('later');
    store.publish();
    const child = childOf(store, { size });
    child.end('later', { objects: 0, delivered: 0 });
    child.publish();
    expect(codes(await child.report())).toEqual(['run-unfinished', 'balance-off']);
  });

  test('remembers how long that was: it is found where that is gone, or cut off', async () => {
    const store = await writtenStore([1, 1]);
    const child = childOf(store);
    await child.run(1);
    child.publish();
    expect(codes(await child.report())).toEqual([]);
    const { size } = store;
    rmSync(join(store.folder, logFolder, store.id, 'checkpoints', String(size).padStart(20, '0')));
    const cut = await child.report();
    expect(placesOf(cut.findings).filter(({ code }) => code === 'log-rolled-back')).toMatchObject([
      { log: store.id, message: expect.stringContaining(`${size} leaves`) },
    ]);
    rmSync(join(store.folder, logFolder, store.id), { recursive: true });
    expect(codes(await child.report())).toContain('log-rolled-back');
  });

  test('owes what is said from then on, and the time before is still owed', async () => {
    const store = await writtenStore([1]);
    for (let hour = 1; hour < 4; hour++) store.quiet(store.nowMs + hourMs);
    store.publish();
    const nowMs = store.nowMs + 30 * dayMs;
    expect(codes(await store.report({ nowMs }))).toEqual(['log-silent']);
    const child = childOf(store, { nowMs: store.nowMs + hourMs });
    await child.run(1);
    child.publish();
    expect(codes(await child.report({ nowMs }))).toEqual([]);
    const late = await writtenStore([1]);
    late.quiet(late.nowMs + hourMs);
    late.publish();
    const other = childOf(late, { nowMs: late.nowMs + dayMs });
    other.publish();
    expect(codes(await other.report({ nowMs }))).toEqual(['log-silent']);
  });
});

describe('a run that was killed, and was ended by the next one', () => {
  test('is no finding, and the time until then is not its own', async () => {
    const store = await writtenStore([1]);
    store.quiet(store.nowMs + hourMs);
    store.begin('killed');
    store.nowMs += hourMs;
    store.leaf(endOfKilled('killed', store.nowMs));
    store.publish();
    expect(codes(await store.report())).toEqual([]);
    store.begin('again');
    store.nowMs += dayMs;
    store.leaf(endOfKilled('again', store.nowMs));
    store.publish();
    expect(codes(await store.report())).toEqual(['log-silent']);
  });

  test('is named where an object is there that no log tells of, until a leaf does', async () => {
    const store = await writtenStore([1]);
    store.begin('killed');
    store.leaf(endOfKilled('killed', store.nowMs));
    const key = 'audit_type=query/event_date=2026-03-01/x.jsonl.gz';
    store.write(key, 'x');
    store.publish();
    expect(placesOf((await store.report()).findings)).toMatchObject([
      { code: 'object-unclaimed', key, message: expect.stringContaining('Run killed') },
    ]);
    store.leaf({ kind: 'retire', time: iso(store.nowMs), keys: [key], reason: 'of a run that was killed' });
    store.publish();
    expect(codes(await store.report())).toEqual([]);
  });
});

test('a log of which a leaf of another says that it has ended owes nothing, and may be gone', async () => {
  const lost = await writtenStore([1]);
  lost.quiet(lost.nowMs + hourMs);
  lost.begin('for ever');
  lost.publish();
  const { memory } = await lost.verify();
  const next = new WrittenStore({ id: 'log-2', folder: lost.folder, nowMs: lost.nowMs + dayMs });
  next.publish();
  const nowMs = next.nowMs;
  const before = await next.report({ nowMs });
  expect(codes(before)).toEqual(['log-silent', 'run-unfinished']);
  const { message } = placesOf(before.findings)[0] ?? { message: '' };
  expect(message).toContain(`audit-export evidence retire ${logFolder}log-1/ --reason`);
  const keys = [`${logFolder}log-1/`];
  next.leaf({ kind: 'retire', time: iso(nowMs), keys, reason: 'its state was lost' });
  next.publish();
  expect(codes(await next.report({ nowMs }))).toEqual([]);
  rmSync(join(lost.folder, logFolder, 'log-1'), { recursive: true });
  expect(codes(await next.report({ nowMs, memory, mode: 'quick' }))).not.toContain('log-rolled-back');
});
