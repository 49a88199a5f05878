import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../../src/ports/aws/emulator.ts';
import { outcome, runEmulator, runScenario, type Running } from './running-emulator.ts';

const Bucket = 'audit-rehearsal';

async function put({ s3 }: Running, Body: string | Buffer = 'x'): Promise<unknown> {
  return await s3().send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body }));
}

async function isStored(running: Running): Promise<boolean> {
  running.emulator.faults.clear();
  return (await outcome(running.s3().send(new HeadObjectCommand({ Bucket, Key: 'audit/a' })))) === 'ok';
}

describe('what a fault does to a write, and whether the object is stored', () => {
  test.each<[Fault, RegExp, boolean]>([
    [{ kind: 'error', status: 503 }, /^SlowDown$/, false],
    [{ kind: 'error', status: 500 }, /^InternalError$/, false],
    [{ kind: 'error', status: 403, code: 'RequestTimeTooSkewed' }, /^RequestTimeTooSkewed$/, false],
    [{ kind: 'error-after', status: 500 }, /^InternalError$/, true],
    [{ kind: 'reset' }, /^(Error|TimeoutError)$/, false],
    [{ kind: 'reset-in-body', bytes: 100_000 }, /^(Error|TimeoutError)$/, false],
    [{ kind: 'reset-after' }, /^(Error|TimeoutError)$/, true],
    [{ kind: 'deny' }, /^AccessDenied$/, false],
    [{ kind: 'expired' }, /^ExpiredToken$/, false],
    [{ kind: 'wrong-region', region: 'eu-west-1' }, /^PermanentRedirect$/, false],
    [{ kind: 'clock-skew', ms: 3_600_000 }, /^RequestTimeTooSkewed$/, false],
    [{ kind: 'throttle', perSecond: 0 }, /^SlowDown$/, false],
    [{ kind: 'error', match: { operation: 'GetObject' } }, /^ok$/, true],
  ])('%j', async (fault, expected, stored) => {
    const running = await runScenario('healthy');
    running.emulator.faults.add(fault);
    expect(await outcome(put(running, Buffer.alloc(300_000, 'x')))).toMatch(expected);
    expect(await isStored(running)).toBe(stored);
  });

  test('a key out of use is KMS.DisabledException', async () => {
    const running = await runScenario('kms');
    running.emulator.faults.add({ kind: 'key-disabled' });
    expect(await outcome(put(running))).toBe('KMS.DisabledException');
  });

  test('a slow answer comes late', async () => {
    const running = await runScenario('healthy');
    running.emulator.faults.add({ kind: 'slow', ms: 300 });
    const before = performance.now();
    await put(running);
    expect(performance.now() - before).toBeGreaterThan(290);
  });

  test('no answer is none, until the client gives up', async () => {
    const running = await runScenario('healthy');
    running.emulator.faults.add({ kind: 'no-answer', count: 1 });
    const answered = put(running).then(
      () => 'answered',
      () => 'given up',
    );
    expect(await Promise.race([answered, sleep(300).then(() => 'waiting')])).toBe('waiting');
    await running.emulator.close();
    expect(await answered).toBe('given up');
  });
});

describe('clients that try again', () => {
  const retrying = ({ emulator }: Running): S3Client =>
    new S3Client({
      endpoint: emulator.url,
      region: 'us-east-1',
      credentials: emulator.customer,
      maxAttempts: 4,
    });

  test('get over two failures', async () => {
    const running = await runScenario('healthy');
    running.emulator.faults.add({ kind: 'reset-in-body', count: 1, bytes: 1 });
    running.emulator.faults.add({ kind: 'error', count: 1, skip: 1 });
    await retrying(running).send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x' }));
    const puts = running.emulator.requests().filter(({ operation }) => operation === 'PutObject');
    expect(puts.map(({ status, faults }) => `${status} ${faults.join()}`)).toEqual([
      '0 reset-in-body',
      '503 error',
      '200 ',
    ]);
  });

  test('are told by 412 that their lost write was stored', async () => {
    const running = await runScenario('healthy');
    running.emulator.faults.add({ kind: 'error-after', status: 500, count: 1 });
    const write = new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x', IfNoneMatch: '*' });
    expect(await outcome(retrying(running).send(write))).toBe('PreconditionFailed');
  });

  test('set their clock by the Date header of a server ahead of them', async () => {
    const running = await runScenario('skewed-clock');
    expect(
      await outcome(retrying(running).send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x' }))),
    ).toBe('ok');
    expect(running.emulator.requests().map(({ errorCode }) => errorCode)).toEqual([
      'RequestTimeTooSkewed',
      undefined,
    ]);
  });
});

describe('the control endpoint', () => {
  async function control(
    { emulator }: Running,
    method: string,
    path: string,
    body?: object,
  ): Promise<Response> {
    return await fetch(`${emulator.url}/_rehearse/${path}`, {
      method,
      headers: { 'x-rehearse': '1' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  test('adds, lists and removes faults', async () => {
    const running = await runScenario('healthy');
    const added = await control(running, 'POST', 'faults', { kind: 'deny', match: { service: 's3' } });
    expect(await added.json()).toEqual(['fault-1']);
    expect(await outcome(put(running))).toBe('AccessDenied');
    expect(await (await control(running, 'GET', 'faults')).json()).toMatchObject([
      { id: 'fault-1', kind: 'deny' },
    ]);
    expect((await control(running, 'DELETE', 'faults/fault-1')).status).toBe(204);
    expect(await outcome(put(running))).toBe('ok');
    const requests = (await (await control(running, 'GET', 'requests')).json()) as { operation: string }[];
    expect(requests.map(({ operation }) => operation)).toEqual(['PutObject', 'PutObject']);
  });

  test.each([
    ['POST', 'faults', { kind: 'nonsense' }, 400],
    ['POST', 'faults', [1], 400],
    ['GET', 'nonsense', undefined, 404],
  ])('%s %s %j is %i', async (method, path, body, status) => {
    expect((await control(await runEmulator(), method, path, body)).status).toBe(status);
  });

  test('wants its header, which a web page can’t send', async () => {
    const { emulator } = await runEmulator();
    const reply = await fetch(`${emulator.url}/_rehearse/faults`, {
      method: 'POST',
      body: '{"kind":"deny"}',
    });
    expect(reply.status).toBe(403);
    expect(emulator.faults.list()).toEqual([]);
  });
});

test('faults of STS are AWS’s own there', async () => {
  const running = await runEmulator();
  running.emulator.faults.add({
    kind: 'error',
    match: { service: 'sts' },
    status: 503,
    code: 'ServiceUnavailable',
  });
  const call = running.sts().send(new GetCallerIdentityCommand());
  expect(await call.catch((error: unknown) => error)).toMatchObject({
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  });
});
