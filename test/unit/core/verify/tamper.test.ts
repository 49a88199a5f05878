import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { placesOf } from '../../../../src/core/verify/finding.ts';
import { formatCheckpoint, parseCheckpoint } from '../../../../src/core/log/checkpoint.ts';
import { decodeBundle, encodeBundle } from '../../../../src/core/log/entry-bundle.ts';
import { checkpointKey, tileKey } from '../../../../src/core/log/log-keys.ts';
import { parseNote } from '../../../../src/core/log/signed-note.ts';
import type { Tile } from '../../../../src/core/log/tile-path.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import { gzipped, newSigner, signedNote, WrittenStore, writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);

function firstObject(store: WrittenStore): string {
  const folder = join(store.folder, 'audit_type=query');
  const [day = ''] = readdirSync(folder);
  const [name = ''] = readdirSync(join(folder, day)).sort();
  return `audit_type=query/${day}/${name}`;
}

test('a store that nobody touched is intact, and the report says how much was looked at', async () => {
  const store = await writtenStore();
  const report = await store.report();
  expect(report).toMatchObject({
    verdict: 'intact',
    counts: {},
    notProven: [],
    objects: { claimed: 9, listed: 9, read: 9, lines: 27 },
    logs: [
      { id: 'log-1', leaves: store.size, checkpoints: 3, runs: 3, objects: 9, lines: 27, keyIsGiven: false },
    ],
  });
  expect(await store.report({ keys: [store.signer.verifier] })).toMatchObject({
    verdict: 'intact',
    logs: [{ keyIsGiven: true, keys: [store.signer.text] }],
  });
  expect(await store.report({ mode: 'quick' })).toMatchObject({
    verdict: 'intact',
    objects: { read: 0, listed: 9 },
  });
});

describe('what was done to an object is found and named', () => {
  /** What is done, and what is found in full and with --quick. */
  const ways: [string, (store: WrittenStore) => Promise<string> | string, string[], string[]][] = [
    [
      'a byte is changed',
      (store) => {
        const key = firstObject(store);
        const body = readFileSync(join(store.folder, key));
        body[20] = (body[20] as number) ^ 0x40;
        store.write(key, body);
        return key;
      },
      ['object-altered'],
      [],
    ],
    [
      'a line is removed and the rest compressed anew',
      async (store) => {
        const key = firstObject(store);
        const lines = gunzipSync(readFileSync(join(store.folder, key)))
          .toString()
          .split('\n');
        store.write(key, await gzipped(Buffer.from(lines.slice(1).join('\n'))));
        return key;
      },
      ['object-altered', 'count-off'],
      [],
    ],
    [
      'it is cut off',
      (store) => {
        const key = firstObject(store);
        store.write(key, readFileSync(join(store.folder, key)).subarray(0, 40));
        return key;
      },
      ['object-altered'],
      [],
    ],
    [
      'it is deleted',
      (store) => {
        const key = firstObject(store);
        unlinkSync(join(store.folder, key));
        return key;
      },
      ['object-missing'],
      ['object-missing'],
    ],
    [
      'one is added',
      async (store) => {
        const key = firstObject(store).replace(/-[0-9a-f]{32}/, `-${'0'.repeat(32)}`);
        store.write(key, await gzipped(Buffer.from('{"added":1}\n')));
        return key;
      },
      ['object-unclaimed'],
      ['object-unclaimed'],
    ],
    [
      'it is renamed',
      (store) => {
        const key = firstObject(store);
        const other = `${dirname(key)}/renamed`;
        renameSync(join(store.folder, key), join(store.folder, other));
        return other;
      },
      ['object-renamed'],
      ['object-missing', 'object-unclaimed'],
    ],
    [
      'it is moved to another partition',
      (store) => {
        const key = firstObject(store);
        const other = key.replace('audit_type=query', 'audit_type=system');
        mkdirSync(dirname(join(store.folder, other)), { recursive: true });
        renameSync(join(store.folder, key), join(store.folder, other));
        return other;
      },
      ['object-renamed'],
      ['object-renamed'],
    ],
  ];
  test.each(ways)('%s', async (_, tamper, full, quick) => {
    const store = await writtenStore();
    const key = await tamper(store);
    const report = await store.report();
    expect(codes(report)).toEqual(full);
    expect(placesOf(report.findings).every((finding) => finding.key === key)).toBe(true);
    expect(report.verdict).toBe('findings');
    expect(codes(await store.report({ mode: 'quick' }))).toEqual(quick);
  });
});

describe('what was done to the log is found and named', () => {
  const entries = (index: number, width = 256): Tile => ({ level: 'entries', index, width });

  /** A log of three bundles: 256 + 256 + some leaves, published four times. The objects are few. */
  async function longStore(): Promise<WrittenStore> {
    const store = new WrittenStore();
    for (const sources of [100, 150, 200, 100]) {
      await store.run(1, { linesEach: 1, sources });
      store.publish();
    }
    return store;
  }

  function alterEntry(store: WrittenStore, tile: Tile, at: number): void {
    const path = join(store.folder, tileKey(store.id, tile));
    const leaves = decodeBundle(gunzipSync(readFileSync(path)));
    leaves[at] = Buffer.from((leaves[at] as Buffer).toString().replace('"lines":1', '"lines":2'));
    writeFileSync(path, gzipSync(encodeBundle(leaves)));
  }

  test('an entry is altered', async () => {
    const store = await longStore();
    alterEntry(store, entries(1), 9);
    const findings = placesOf((await store.report({ mode: 'quick' })).findings);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'entry-altered', leaf: 265, log: store.id }),
    );
    expect(findings.filter(({ code }) => code === 'entry-altered')).toHaveLength(1);
  });

  test('an entry of the open end is altered', async () => {
    const store = await longStore();
    alterEntry(store, entries(2, store.size - 512), 3);
    const findings = placesOf((await store.report({ mode: 'quick' })).findings);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'entry-altered', leaf: 515 }));
  });

  test('an entry and the tile of its hashes are altered, so that both agree', async () => {
    const store = await longStore();
    const other = await longStore();
    for (const tile of [entries(0), { level: 0, index: 0, width: 256 }])
      copyFileSync(join(other.folder, tileKey(store.id, tile)), join(store.folder, tileKey(store.id, tile)));
    const findings = placesOf((await store.report({ mode: 'quick' })).findings);
    expect(findings.some(({ code, leaf }) => code === 'entry-altered' && leaf === 0)).toBe(true);
  });

  test.each([
    ['of hashes', 0, 0, 256],
    ['of hashes above', 1, 0, 2],
  ])('a tile %s is altered', async (_, level, index, width) => {
    const store = await longStore();
    const path = join(store.folder, tileKey(store.id, { level, index, width }));
    const tile = readFileSync(path);
    tile[40] = (tile[40] as number) ^ 1;
    writeFileSync(path, tile);
    const findings = placesOf((await store.report({ mode: 'quick' })).findings);
    expect(findings.map(({ code, key }) => [code, key])).toEqual([
      ['tile-altered', tileKey(store.id, { level, index, width })],
    ]);
  });

  test.each([1, 2, 10])('%i tiles are deleted', async (count) => {
    const store = await longStore();
    const width = store.size - 512;
    const tiles: Tile[] = [
      { level: 0, index: 1, width: 256 },
      entries(1),
      { level: 1, index: 0, width: 2 },
      entries(0),
      { level: 0, index: 0, width: 256 },
      { level: 0, index: 2, width },
      entries(2, width),
    ].slice(0, count);
    for (const tile of tiles) unlinkSync(join(store.folder, tileKey(store.id, tile)));
    if (count === 10) {
      const root = join(store.folder, '_audit-export/log/log-1/tile');
      for (const folder of ['entries', '0', '1'])
        rmSync(join(root, folder), { recursive: true, force: true });
    }
    const { findings: found, verdict } = await store.report({ mode: 'quick' });
    const findings = placesOf(found);
    const missing = findings.filter(({ code }) => code === 'tile-missing').map(({ key }) => key);
    // Of all of them the older, partial ones are gone as well.
    const named = tiles.map((tile) => tileKey(store.id, tile));
    expect(missing).toEqual(expect.arrayContaining(named));
    expect(verdict).toBe('findings');
  });

  test('the newest checkpoint is deleted: what was remembered tells', async () => {
    const store = await longStore();
    const { memory } = await store.verify({ mode: 'quick' });
    unlinkSync(join(store.folder, checkpointKey(store.id, store.size)));
    const { report, memory: next } = await store.verify({ mode: 'quick', memory });
    expect(codes(report)).toContain('log-rolled-back');
    expect(next).toEqual(memory);
  });

  test('the whole log is deleted: what was remembered, and the key, tell', async () => {
    const store = await longStore();
    const { memory } = await store.verify({ mode: 'quick' });
    rmSync(join(store.folder, '_audit-export'), { recursive: true });
    expect(codes(await store.report({ mode: 'quick', memory }))).toEqual(['log-rolled-back']);
    expect(codes(await store.report({ mode: 'quick', keys: [store.signer.verifier] }))).toEqual([
      'log-rolled-back',
    ]);
    expect(await store.report({ mode: 'quick' })).toMatchObject({ verdict: 'not-proven' });
  });

  test('a history is written anew with the same key: what was remembered tells', async () => {
    const store = await longStore();
    const { memory } = await store.verify({ mode: 'quick' });
    const other = new WrittenStore({ signer: store.signer });
    other.nowMs += 1;
    for (const sources of [100, 150, 200, 200]) {
      await other.run(1, { linesEach: 2, sources });
      other.publish();
    }
    expect(codes(await other.report({ mode: 'quick' }))).toEqual([]);
    expect(codes(await other.report({ mode: 'quick', memory }))).toEqual(['log-forked']);
  });

  test('the same key has signed another history as well', async () => {
    const store = await longStore();
    const text = formatCheckpoint({ origin: 'audit-export/log-1', size: 77, root: Buffer.alloc(32, 7) });
    store.write(checkpointKey(store.id, 77), signedNote(text, store.signer));
    expect(codes(await store.report({ mode: 'quick' }))).toContain('log-forked');
  });

  test('the checkpoint is signed by another key', async () => {
    const store = await longStore();
    const path = join(store.folder, checkpointKey(store.id, store.size));
    const { text } = parseNote(readFileSync(path, 'utf8'));
    writeFileSync(path, signedNote(text, newSigner(store.id)));
    expect(codes(await store.report({ mode: 'quick' }))).toContain('foreign-key');
  });

  test('the whole log is written by somebody else: the key that the auditor has tells', async () => {
    const store = await longStore();
    expect(codes(await store.report({ mode: 'quick', keys: [newSigner(store.id).verifier] }))).toEqual([
      'foreign-key',
    ]);
  });

  test('the root of a checkpoint is changed', async () => {
    const store = await longStore();
    const path = join(store.folder, checkpointKey(store.id, store.size));
    const note = readFileSync(path, 'utf8');
    const { text } = parseNote(note);
    const changed = formatCheckpoint({ ...parseCheckpoint(text), root: Buffer.alloc(32, 1) });
    writeFileSync(path, note.replace(text, changed));
    const findings = placesOf((await store.report({ mode: 'quick' })).findings);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'checkpoint-bad-signature', key: checkpointKey(store.id, store.size) }),
    );
  });

  test('keys that were rotated are known by the signature of the one before', async () => {
    const store = await writtenStore();
    const [first] = [store.signer];
    store.rotate();
    await store.run(2);
    store.publish();
    const second = store.signer;
    const report = await store.report();
    expect(report).toMatchObject({
      verdict: 'intact',
      logs: [{ keys: [first.text, second.text], leaves: store.size }],
    });
    for (const { verifier } of [first, second])
      expect(await store.report({ keys: [verifier] })).toMatchObject({ verdict: 'intact' });
    // The first key counts no more for what comes behind the rotation.
    await store.run(1);
    store.publish(first);
    expect(codes(await store.report())).toContain('foreign-key');
  });
});
