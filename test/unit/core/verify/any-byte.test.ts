import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { placesOf } from '../../../../src/core/verify/finding.ts';
import { MemoryReader } from '../../../fakes/memory-reader.ts';
import type { WrittenStore } from './written-store.ts';
import { hourMs, writtenStore } from './written-store.ts';
import { runs } from '../../../fakes/runs.ts';

/** A store with all that there can be: several publishings, partial and full tiles, a rotated key, quiet hours. */
async function richStore(): Promise<WrittenStore> {
  const store = await writtenStore([2, 3]);
  store.quiet(store.nowMs + hourMs);
  store.announce('run-3');
  await store.run(1, { sources: 300 });
  store.publish();
  store.rotate();
  await store.run(2);
  store.publish();
  return store;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => relative(folder, join(folder, name)))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort((a, b) => a.localeCompare(b));
}

/** What a reader of the object gets; undefined where it can't be read. */
function contentOf(key: string, stored: Buffer): Buffer | undefined {
  if (!key.endsWith('.gz') && !key.includes('/tile/entries/')) return stored;
  try {
    return gunzipSync(stored);
  } catch {
    return undefined;
  }
}

const changes = runs(60);

test('a change of any byte anywhere is found, unless every reader still gets the same bytes', async () => {
  const store = await richStore();
  expect(await store.report()).toMatchObject({ verdict: 'intact' });
  const files = filesOf(store.folder);
  const stored = new Map(files.map((key) => [key, readFileSync(join(store.folder, key))]));
  const unseen: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(files.length - 1),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      async (file, place, change) => {
        const key = files[file] as string;
        const before = stored.get(key) as Buffer;
        const altered = Buffer.from(before);
        const at = Math.floor(place * before.length);
        altered[at] = (altered[at] as number) ^ change;
        const reader = new MemoryReader(stored);
        reader.files.set(key, altered);
        const { verdict, findings: found } = await store.report({ reader });
        const findings = placesOf(found);
        const isNamed = findings.some((finding) => finding.key === key);
        // Bits that no reader looks at: what fills up a byte between two blocks of gzip.
        const isSame = contentOf(key, altered)?.equals(contentOf(key, before) as Buffer) === true;
        expect(verdict === 'findings' ? isNamed : isSame).toBe(true);
        if (verdict !== 'findings') unseen.push(`${key} ${at}`);
      },
    ),
    { numRuns: changes },
  );
  expect(unseen.length).toBeLessThan(changes / 10);
}, 120_000);

test('an object that was compressed anew holds what it held; one of which only the wrapper was changed is told', async () => {
  const store = await richStore();
  const files = filesOf(store.folder).filter((key) => key.endsWith('.jsonl.gz'));
  const stored = new Map(files.map((key) => [key, readFileSync(join(store.folder, key))]));
  for (const level of [0, 1, 6, 9]) {
    for (const [key, body] of stored) store.write(key, gzipSync(gunzipSync(body), { level }));
    expect(await store.report()).toMatchObject({ verdict: 'intact', counts: {} });
  }
  for (const [key, body] of stored) {
    const withTime = Buffer.from(body);
    withTime.writeUInt32LE(1, 4);
    store.write(key, withTime);
  }
  expect((await store.report()).counts).toEqual({ 'object-altered': files.length });
});
