import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { canonicalRequest } from '../../../../src/adapters/emulator/sigv4/canonical-request.ts';
import { formatTimestamp } from '../../../../src/adapters/emulator/sigv4/claim.ts';
import {
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../../src/adapters/emulator/sigv4/signature.ts';
import { outcome, runEmulator, type Running } from './running-emulator.ts';

async function put(
  running: Running,
  input: Partial<PutObjectCommandInput> & { Bucket: string },
): Promise<unknown> {
  return await running.s3().send(new PutObjectCommand({ Key: 'a', Body: 'x', ...input }));
}

describe('the server', () => {
  test('listens on loopback, and a second one on the same port is refused', async () => {
    const { emulator } = await runEmulator();
    expect(new URL(emulator.url).hostname).toBe('127.0.0.1');
    await expect(runEmulator({ port: emulator.port })).rejects.toMatchObject({ code: 'port-in-use' });
  });

  test('keeps a log of what came in', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    await put(running, { Bucket, Key: 'logged' });
    await running.s3().send(new ListBucketsCommand());
    expect(
      running.emulator
        .requests()
        .map(({ service, operation, key, status }) => [service, operation, key, status]),
    ).toEqual([
      ['s3', 'CreateBucket', undefined, 200],
      ['s3', 'PutObject', 'logged', 200],
      ['s3', 'ListBuckets', undefined, 200],
    ]);
  });

  test('discards bodies when told to, and says so to readers', async () => {
    const running = await runEmulator({ discard: true });
    const Bucket = await running.makeBucket();
    await put(running, { Bucket, Body: 'body' });
    const head = await running.s3().send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    expect(head.ContentLength).toBe(4);
    expect(await outcome(running.s3().send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe(
      'NotImplemented',
    );
  });

  test('a service it does not have is NotImplemented', async () => {
    const running = await runEmulator();
    const reply = await fetch(running.emulator.url, {
      method: 'POST',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/athena/aws4_request, SignedHeaders=host, Signature=0',
      },
    });
    expect(reply.status).toBe(501);
  });

  test('a presigned request is good until it expires', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    await put(running, { Bucket, Body: 'presigned' });
    expect(await (await fetch(presign(running, `/${Bucket}/a`, Date.now(), 60))).text()).toBe('presigned');
    const late = await fetch(presign(running, `/${Bucket}/a`, Date.now() - 120_000, 60));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    const forged = await fetch(`${presign(running, `/${Bucket}/a`, Date.now(), 60)}0`);
    expect(forged.status).toBe(403);
  });
});

function presign({ emulator }: Running, path: string, at: number, seconds: number): string {
  const scope = { date: formatTimestamp(at).slice(0, 8), region: 'us-east-1', service: 's3' };
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${emulator.customer.accessKeyId}/${scopeText(scope)}`],
    ['X-Amz-Date', formatTimestamp(at)],
    ['X-Amz-Expires', String(seconds)],
    ['X-Amz-SignedHeaders', 'host'],
  ] as const;
  const headers = new Map([['host', `127.0.0.1:${emulator.port}`]]);
  const canonical = canonicalRequest({
    method: 'GET',
    path,
    query,
    headers,
    signedHeaders: ['host'],
    payloadHash: 'UNSIGNED-PAYLOAD',
  });
  const key = signingKey(emulator.customer.secretAccessKey, scope);
  const signature = signatureOf(key, stringToSign(formatTimestamp(at), scope, canonical));
  const parameters = new URLSearchParams(Object.fromEntries(query));
  parameters.set('X-Amz-Signature', signature);
  return `${emulator.url}${path}?${parameters.toString()}`;
}
