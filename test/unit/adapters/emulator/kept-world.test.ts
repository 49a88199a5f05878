import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { outcome, runScenario } from './running-emulator.ts';

const Bucket = 'audit-rehearsal';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kept-world-'));
  onTestFinished(async () => {
    await rm(path, { recursive: true, force: true });
  });
  return path;
}

test('a world kept in a folder is there again after a restart: keys, roles, buckets, objects', async () => {
  const dataDir = await folder();
  const first = await runScenario('healthy', { dataDir });
  for (const Key of ['audit/a', 'audit/b', 'audit/ü <&>']) {
    await first
      .s3()
      .send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}`, Metadata: { a: 'b' } }));
  }
  await first.s3().send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'replaced' }));
  await first.s3().send(new DeleteObjectCommand({ Bucket, Key: 'audit/b' }));
  const session = await first.assume();
  await first.emulator.close();

  const again = await runScenario('healthy', { dataDir });
  expect(again.emulator.customer).toEqual(first.emulator.customer);
  const listed = await again.s3().send(new ListObjectsV2Command({ Bucket }));
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['audit/a', 'audit/ü <&>']);
  const got = await again
    .s3()
    .send(new GetObjectCommand({ Bucket, Key: 'audit/a', ChecksumMode: 'ENABLED' }));
  expect(await got.Body!.transformToString()).toBe('replaced');
  await again.s3().send(new GetPublicAccessBlockCommand({ Bucket }));
  await again.iam().send(new GetRoleCommand({ RoleName: 'ALTRPublishSIEMDataRehearsal' }));
  const write = new PutObjectCommand({ Bucket, Key: 'audit/c', Body: 'x', IfNoneMatch: '*' });
  expect(await outcome(again.s3(session).send(write))).toBe('ok');
  expect(await readdir(join(dataDir, 'blobs'))).toHaveLength(3);
});

test('a journal that a crash cut short, and blobs that belong to nothing, do no harm', async () => {
  const dataDir = await folder();
  const first = await runScenario('healthy', { dataDir });
  await first.s3().send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x' }));
  await first.emulator.close();
  await appendFile(join(dataDir, 'objects.jsonl'), '{"bucket":"audit-reh');
  await writeFile(join(dataDir, 'blobs', 'stray'), 'x');
  const again = await runScenario('healthy', { dataDir });
  const listed = await again.s3().send(new ListObjectsV2Command({ Bucket }));
  expect(listed.KeyCount).toBe(1);
  expect(await readdir(join(dataDir, 'blobs'))).toHaveLength(1);
});

test('a folder is one rehearsal’s at a time, and only its user’s', async () => {
  const dataDir = join(await folder(), 'new');
  await runScenario('healthy', { dataDir });
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataDir, 'state.json'))).mode & 0o777).toBe(0o600);
  await writeFile(join(dataDir, 'lock'), '1');
  await expect(runScenario('healthy', { dataDir })).rejects.toMatchObject({ code: 'usage' });
});
