import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineSegments } from '../../../../../src/adapters/fs/records/line-segments.ts';
import { openLogRecords } from '../../../../../src/adapters/fs/state/log-folder.ts';
import type { RecordFile } from '../../../../../src/ports/state/record-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-records-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function open(): Promise<RecordFile<unknown>> {
  const timer = { now: Date.now, sleep: async () => undefined, signal: new AbortController().signal };
  const opened = await openLogRecords<unknown>(folder, timer);
  if ('holder' in opened) throw new Error('somebody has it');
  return opened;
}

const segmentsIn = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('leaves.'));

test('segments outlast the process, until they are not named any more', async () => {
  const file = await open();
  const lines = ['{"a":"Grüße"}', '{"b":2}'];
  const [kept, other] = [await file.putSegment(lines), await file.putSegment(['else'])];
  await file.close();
  const again = await open();
  expect(await again.readSegment(kept)).toEqual(lines);
  await again.keepSegments([kept]);
  expect(await segmentsIn()).toEqual([kept]);
  await expect(again.readSegment(other)).rejects.toMatchObject({ code: 'log-damaged' });
  await again.close();
});

test('a segment that was changed is not taken for what was put', async () => {
  const file = await open();
  const name = await file.putSegment(['{"a":1}']);
  await writeFile(join(folder, name), '{"a":2}\n');
  await expect(file.readSegment(name)).rejects.toMatchObject({
    code: 'log-damaged',
    message: expect.stringContaining(`${name} was changed`),
    cure: expect.stringContaining(`mv ${folder} `),
  });
  await file.close();
});

test('a writer that lost its fence removes nothing of who came after it', async () => {
  const [before, after] = [lineSegments(join(folder, 'leaves'), 3), lineSegments(join(folder, 'leaves'), 4)];
  await before.putSegment(['old']);
  const name = await after.putSegment(['new']);
  await before.keepSegments([]);
  expect(await segmentsIn()).toEqual([name]);
});
