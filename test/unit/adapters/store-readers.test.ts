import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test, vi } from 'vitest';
import { S3StoreReader } from '../../../src/adapters/aws/s3/s3-store-reader.ts';
import { FolderReader } from '../../../src/adapters/fs/store/folder-reader.ts';
import type { StoreReader } from '../../../src/ports/store/store-reader.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../fakes/thrown.ts';
import { runEmulator } from './emulator/running-emulator.ts';

/** Names whose order differs by bytes, by UTF-16 units and by folders. */
const keys = ['a.txt', 'a/b/one', 'a/b0', 'a0', 'odd +%/\u{1f600}', 'odd +%/\uff5e', 'z/last'];
const inOrder = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
const contentOf = (key: string): Buffer => Buffer.from(`content of ${key}\n`.repeat(3));

function folder(): StoreReader {
  const root = scratchFolder();
  for (const key of keys) {
    mkdirSync(dirname(join(root, key)), { recursive: true });
    writeFileSync(join(root, key), contentOf(key));
  }
  writeFileSync(join(root, 'a', '.unfinished-0a1b2c3d-17-4711-0a1b2c3d4e5f'), 'half of');
  symlinkSync(root, join(root, 'loop'));
  return new FolderReader('./export', root);
}

async function bucket(): Promise<StoreReader> {
  const running = await runEmulator();
  const { emulator, s3 } = running;
  const Bucket = await running.makeBucket();
  const put = (Key: string, Body: Buffer): Promise<unknown> =>
    s3().send(new PutObjectCommand({ Bucket, Key, Body }));
  for (const key of keys) await put(`some/prefix/${key}`, contentOf(key));
  await put('some/prefix-beside', Buffer.from('not below'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', emulator.customer.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', emulator.customer.secretAccessKey);
  return new S3StoreReader(
    { bucket: Bucket, prefix: 'some/prefix' },
    {
      region: undefined,
      usualRegion: emulator.region,
      endpointUrl: emulator.url,
      pathStyle: true,
      environment: process.env,
      signal: new AbortController().signal,
    },
  );
}

async function listed(
  reader: StoreReader,
  prefix: string,
  from?: { startAfter?: string },
): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, size } of reader.list(prefix, from)) {
    expect(size).toBe(contentOf(key).length);
    found.push(key);
  }
  return found;
}

async function bytesOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const piece of pieces) copies.push(Buffer.from(piece));
  return Buffer.concat(copies);
}

describe.each([
  ['a folder', async () => folder()],
  ['a bucket', bucket],
])('%s as a store for readers', (_, open) => {
  test('lists what is below a prefix, in the order of the bytes of keys, from a key on, and reads it', async () => {
    const reader = await open();
    expect(await listed(reader, '')).toEqual(inOrder);
    expect(await listed(reader, 'a/')).toEqual(['a/b/one', 'a/b0']);
    expect(await listed(reader, 'a/b')).toEqual(['a/b/one', 'a/b0']);
    expect(await listed(reader, 'nothing/')).toEqual([]);
    for (const [index, key] of inOrder.entries())
      expect(await listed(reader, '', { startAfter: key })).toEqual(inOrder.slice(index + 1));
    for (const key of keys) expect(await bytesOf(reader.read(key))).toEqual(contentOf(key));
    await reader.close();
  });

  test('says of an object that is not there that it is gone', async () => {
    const reader = await open();
    for (const key of ['a/none', '../a.txt', 'a/../a.txt', 'a.txt/x']) {
      expect(await rejectionOf(bytesOf(reader.read(key)))).toMatchObject({
        code: 'source-unreadable',
        details: { gone: true },
      });
    }
    await reader.close();
  });
});
