/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { HeadBucketCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';

contract('S3 signatures and regions', (server, claim) => {
  let Bucket = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
  });

  claim('a wrong secret is SignatureDoesNotMatch', async () => {
    const client = server.s3({ ...server.customer, secretAccessKey: 'wrong' });
    const put = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ name: 'SignatureDoesNotMatch', status: 403 });
  });

  claim('an access key nobody has is InvalidAccessKeyId', async () => {
    const client = server.s3({ accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ', secretAccessKey: 'wrong' });
    const put = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ name: 'InvalidAccessKeyId', status: 403 });
  });

  claim('a put signed for another region is sent away and told the right one', async () => {
    const other = await server.bucket('eu-west-1');
    const put = server
      .s3(server.customer, { region: 'us-west-2' })
      .send(new PutObjectCommand({ Bucket: other, Key: 'a', Body: 'x' }));
    const refused = await refusal(put);
    expect([301, 400]).toContain(refused.status);
    expect(['PermanentRedirect', 'AuthorizationHeaderMalformed']).toContain(refused.name);
  });

  claim('HEAD of a bucket in another region is 301, and names the region in a header', async () => {
    const other = await server.bucket('eu-west-1');
    const client = server.s3(server.customer, { region: 'us-west-2' });
    const head = await client.send(new HeadBucketCommand({ Bucket: other })).catch((error: unknown) => error);
    expect(head).toMatchObject({ $metadata: { httpStatusCode: 301 } });
    expect(head).toHaveProperty('$response.headers.x-amz-bucket-region', 'eu-west-1');
  });

  claim('a clock that is 20 minutes off is RequestTimeTooSkewed', async () => {
    const client = server.s3(server.customer, { systemClockOffset: -20 * 60 * 1000 });
    expect(await refusal(client.send(new ListBucketsCommand()))).toMatchObject({
      name: 'RequestTimeTooSkewed',
      status: 403,
    });
  });

  claim('an unsigned request is AccessDenied', async () => {
    const { endpoint } = server.target;
    if (endpoint === undefined) return;
    const reply = await fetch(`${endpoint}/${Bucket}?list-type=2`);
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain('<Code>AccessDenied</Code>');
  });

  claim('a body that is not the signed one is refused', async () => {
    const { endpoint, region } = server.target;
    if (endpoint === undefined) return;
    const url = new URL(`/${Bucket}/tampered`, endpoint);
    const headers = sign(url, { region, body: 'as signed', ...server.customer });
    const reply = await send(url, headers, 'otherwise');
    expect(reply).toMatchObject({ status: 400, text: expect.stringContaining('XAmzContentSHA256Mismatch') });
    expect(await send(url, headers, 'as signed')).toMatchObject({ status: 200 });
  });

  claim('every reply carries its request ids', async () => {
    const head = await server.s3().send(new HeadBucketCommand({ Bucket }));
    expect(head.$metadata.requestId).toMatch(/.{8,}/);
    expect(head.$metadata.extendedRequestId).toMatch(/.{8,}/);
  });
});

/** Signs a PUT by hand, so that a body can be changed afterwards. */
function sign(
  url: URL,
  from: { region: string; body: string; accessKeyId: string; secretAccessKey: string },
): Record<string, string> {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${stamp.slice(0, 8)}/${from.region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': hash(from.body),
    'x-amz-date': stamp,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const canonical = ['PUT', url.pathname, '', lines, names, hash(from.body)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${from.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${from.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

async function send(
  url: URL,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'PUT', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (incoming) => {
        let text = '';
        incoming.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
