import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openBucketAdmin } from '../../../../src/adapters/aws/s3/bucket-admin.ts';
import type { BucketAdmin } from '../../../../src/ports/aws/bucket-admin.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  vi.unstubAllEnvs();
});

/** A server that refuses everything, and says what it is. */
async function lookVia(name: string): Promise<{ plainHttp?: string; port: number }> {
  const running = createServer((_, response) => {
    response.writeHead(403, { server: name, 'x-amz-bucket-region': 'us-east-1' }).end();
  });
  server = running;
  const buckets = await bucketsAt(running);
  const { port } = running.address() as AddressInfo;
  const { plainHttp } = await buckets.look('acme-audit', 'us-east-1', undefined);
  return { ...(plainHttp === undefined ? {} : { plainHttp }), port };
}

async function bucketsAt(running: Server): Promise<BucketAdmin> {
  await new Promise<void>((resolve) => {
    running.listen(0, '127.0.0.1', resolve);
  });
  const { port } = running.address() as AddressInfo;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const environment = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  return openBucketAdmin({ endpointUrl: undefined, pathStyle: undefined }, environment);
}

test('a store that is reached without TLS is known by its answers, wherever its address was said', async () => {
  const { plainHttp, port } = await lookVia('MinIO');
  expect(plainHttp).toBe(`http://127.0.0.1:${port}`);
});

test('the rehearsal stands for TLS', async () => {
  expect(await lookVia('AmazonS3 (rehearsal)')).not.toHaveProperty('plainHttp');
});

test('a bucket that is made without TLS does not demand it', async () => {
  const asked: string[] = [];
  const running = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(200, { server: 'MinIO' }).end();
  });
  server = running;
  const buckets = await bucketsAt(running);
  await buckets.create({ bucket: 'acme-audit', region: 'us-east-1', partition: 'aws' });
  expect(asked.filter((line) => line.startsWith('PUT'))).toHaveLength(2);
  expect(asked.some((line) => line.includes('?policy'))).toBe(false);
});
