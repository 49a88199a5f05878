import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openSources } from '../../../../src/adapters/fs/sources/sources.ts';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const signal = new AbortController().signal;
const paths = Array.from({ length: 30 }, (_, index) => `${index % 3}/${index}.jsonl`);

function folder(): string {
  const root = scratchFolder();
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), `${path}\n`);
  }
  return root;
}

async function namesIn(input: string, index: number, count: number): Promise<string[]> {
  const sources: Source[] = await openSources([input], {
    stdin: Readable.from([]),
    signal,
    exceptBelow: [],
    shard: { index, count },
  });
  return sources.map(({ name }) => name);
}

test('a folder is split by the paths below it, wherever it lies', async () => {
  const [here, there] = [folder(), folder()];
  const sharesHere = await Promise.all([0, 1, 2, 3].map((index) => namesIn(here, index, 4)));
  const sharesThere = await Promise.all([0, 1, 2, 3].map((index) => namesIn(`${there}/`, index, 4)));
  const below = (root: string, share: readonly string[]): string[] =>
    share.map((name) => name.slice(root.length + 1));
  expect(sharesHere.map((share) => below(here, share))).toEqual(
    sharesThere.map((share) => below(there, share)),
  );
  expect(sharesHere.flatMap((share) => below(here, share)).toSorted()).toEqual(paths.toSorted());
  expect(sharesHere.every((share) => share.length > 0)).toBe(true);
});

test('what s3:// stands for is opened with the same choice', async () => {
  const asked: unknown[] = [];
  const source = (name: string): Source => ({ name, storedBytes: 1, read: async function* () {} });
  const sources = await openSources(['s3://b/x/', 's3://b/x/y'], {
    stdin: Readable.from([]),
    signal,
    exceptBelow: ['s3://b/out'],
    shard: { index: 0, count: 1 },
    openBucket: async (input, { exceptBelow, shard }) => {
      asked.push({ input, exceptBelow, shard });
      return [source('s3://b/x/y'), source(`${input}#`)];
    },
  });
  expect(sources.map(({ name }) => name)).toEqual(['s3://b/x/y', 's3://b/x/#', 's3://b/x/y#']);
  expect(asked).toEqual(
    ['s3://b/x/', 's3://b/x/y'].map((input) => ({
      input,
      exceptBelow: ['s3://b/out'],
      shard: { index: 0, count: 1 },
    })),
  );
});
