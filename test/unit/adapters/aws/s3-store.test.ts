import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, test, vi } from 'vitest';
import type { S3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import type { Fault } from '../../../../src/ports/aws/emulator.ts';
import type { PutTrouble } from '../../../../src/ports/store/put-failure.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { useRehearsal } from './rehearsed-store.ts';

const rehearsal = useRehearsal();
const { open, object, requestsFor } = rehearsal;

/** The failure of the next PUT, and how many requests it was. */
async function failureOf(
  store: S3Store,
  fault: Fault,
): Promise<{ trouble: PutTrouble; code: string; requests: number }> {
  const before = requestsFor('PutObject').length;
  const id = rehearsal.emulator.faults.add({ match: { operation: 'PutObject' }, ...fault });
  const error = (await rejectionOf(store.put(object()))) as { trouble?: PutTrouble; code?: string };
  rehearsal.emulator.faults.remove(id);
  const { trouble = { cause: 'final', maybeStored: false }, code = '' } = error;
  return { trouble, code, requests: requestsFor('PutObject').length - before };
}

const faults: readonly [Fault, PutTrouble, string][] = [
  [{ kind: 'error', status: 503, code: 'SlowDown' }, { cause: 'throttled', maybeStored: false }, 'throttled'],
  [{ kind: 'throttle', perSecond: 0 }, { cause: 'throttled', maybeStored: false }, 'throttled'],
  [
    { kind: 'error', status: 500, code: 'InternalError' },
    { cause: 'server', maybeStored: true },
    'store-failed',
  ],
  [{ kind: 'error-after' }, { cause: 'server', maybeStored: true }, 'store-failed'],
  [{ kind: 'error', status: 502, code: 'BadGateway' }, { cause: 'server', maybeStored: true }, 'unreachable'],
  [{ kind: 'reset' }, { cause: 'network', maybeStored: true }, 'unreachable'],
  [{ kind: 'reset-in-body', bytes: 100 }, { cause: 'network', maybeStored: true }, 'unreachable'],
  [{ kind: 'reset-after' }, { cause: 'network', maybeStored: true }, 'unreachable'],
  [{ kind: 'no-answer' }, { cause: 'no-answer', maybeStored: true }, 'unreachable'],
  [
    { kind: 'error', status: 409, code: 'ConditionalRequestConflict' },
    { cause: 'conflict', maybeStored: false },
    'store-failed',
  ],
  [{ kind: 'deny' }, { cause: 'denied', maybeStored: false }, 'access-denied'],
  [{ kind: 'wrong-region' }, { cause: 'denied', maybeStored: false }, 'wrong-region'],
  [{ kind: 'moving' }, { cause: 'server', maybeStored: false }, 'unreachable'],
  [{ kind: 'expired' }, { cause: 'expired', maybeStored: false }, 'expired-credentials'],
  [
    { kind: 'error', status: 400, code: 'RequestExpired' },
    { cause: 'expired', maybeStored: false },
    'clock-skew',
  ],
  [{ kind: 'clock-skew', ms: 1_200_000 }, { cause: 'clock-skew', maybeStored: false }, 'clock-skew'],
  [
    { kind: 'error', status: 400, code: 'EntityTooLarge' },
    { cause: 'final', maybeStored: false },
    'store-failed',
  ],
  [
    { kind: 'error', status: 501, code: 'NotImplemented' },
    { cause: 'final', maybeStored: true },
    'not-supported',
  ],
];

describe('one put is one request, and its failure says what it means', () => {
  test.each(faults)('$kind $status $code', async (fault, trouble, code) => {
    const store = await open();
    expect(await failureOf(store, fault)).toEqual({ trouble, code, requests: 1 });
    // The first request is built by the SDK, the others are made of it: their failures must read the same.
    await store.put(object()).catch(() => store.put(object()));
    expect(await failureOf(store, fault)).toEqual({ trouble, code, requests: 1 });
  });

  test('where nobody listens nothing was sent', async () => {
    const store = await open({ endpointUrl: 'http://127.0.0.1:1' });
    const trouble = { cause: 'network', maybeStored: false };
    expect(await rejectionOf(store.put(object()))).toMatchObject({ code: 'unreachable', trouble });
  });

  test('the store says how long it wants to rest', async () => {
    const server = createServer((_, response) => response.writeHead(503, { 'retry-after': '7' }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const store = await open({ endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      const trouble = { cause: 'throttled', maybeStored: false, retryAfterMs: 7000 };
      expect(await rejectionOf(store.put(object()))).toMatchObject({ trouble });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('credentials that were refused are looked for again', () => {
  const assumed = (): number => requestsFor('AssumeRole').length;

  test('a session that the store calls expired is replaced before the next try, once for all that met it', async () => {
    const store = await open({ role: true });
    await store.put(object());
    const before = assumed();
    const id = rehearsal.emulator.faults.add({ kind: 'expired', match: { operation: 'PutObject' } });
    const met = await Promise.allSettled(Array.from({ length: 6 }, () => store.put(object())));
    expect(met.map(({ status }) => status)).toEqual(met.map(() => 'rejected'));
    expect(assumed()).toBe(before);
    rehearsal.emulator.faults.remove(id);
    const again = await Promise.all(Array.from({ length: 6 }, () => store.put(object())));
    expect(again).toEqual(again.map(() => 'stored'));
    expect(assumed()).toBe(before + 1);
  });

  test.each<[Fault, PutTrouble['cause'], string]>([
    [{ kind: 'deny' }, 'denied', 'access-denied'],
    [{ kind: 'expired' }, 'expired', 'expired-credentials'],
    [{ kind: 'throttle', perSecond: 0 }, 'throttled', 'throttled'],
    [{ kind: 'error', status: 500, code: 'InternalFailure' }, 'server', 'store-failed'],
    [{ kind: 'reset' }, 'network', 'unreachable'],
    [{ kind: 'no-answer' }, 'no-answer', 'unreachable'],
  ])(
    'a role that can not be assumed ($kind) fails the PUT before it is sent, and the next one tries again',
    async (fault, cause, code) => {
      const store = await open({ role: true, checked: false });
      const before = requestsFor('PutObject').length;
      const id = rehearsal.emulator.faults.add({ ...fault, match: { operation: 'AssumeRole' } });
      const error = await rejectionOf(store.put(object()));
      expect(error).toMatchObject({ code, trouble: { cause, maybeStored: false } });
      expect(error.message).toContain('sts:AssumeRole');
      expect(requestsFor('PutObject')).toHaveLength(before);
      rehearsal.emulator.faults.remove(id);
      expect(await store.put(object())).toBe('stored');
    },
  );

  test('a key that was replaced in the credentials file in the middle of a run', async () => {
    const iam = new IAMClient({
      endpoint: rehearsal.emulator.url,
      region: rehearsal.emulator.region,
      credentials: rehearsal.emulator.customer,
    });
    const UserName = rehearsal.emulator.customer.principalArn.split('/').at(-1) ?? '';
    const newKey = async () => (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey;
    const file = join(scratchFolder(), 'credentials');
    const write = (key: Awaited<ReturnType<typeof newKey>>): void =>
      writeFileSync(
        file,
        `[default]\naws_access_key_id = ${key?.AccessKeyId}\naws_secret_access_key = ${key?.SecretAccessKey}\n`,
      );
    const old = await newKey();
    write(old);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    const store = await open({ key: { accessKeyId: '', secretAccessKey: '' } });
    expect(await store.put(object())).toBe('stored');
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: old?.AccessKeyId ?? '' }));
    expect(await rejectionOf(store.put(object()))).toMatchObject({ trouble: { cause: 'denied' } });
    write(await newKey());
    expect(await store.put(object())).toBe('stored');
    iam.destroy();
  });
});

test('a clock that is wrong is set by the answer, for the next try', async () => {
  const store = await open();
  await store.put(object());
  rehearsal.emulator.faults.add({ kind: 'clock-skew', ms: 3_600_000 });
  expect(await rejectionOf(store.put(object()))).toMatchObject({ trouble: { cause: 'clock-skew' } });
  expect(await store.put(object())).toBe('stored');
});

describe('before anything is read', () => {
  test('a role that may not be assumed is told', async () => {
    rehearsal.emulator.faults.add({ kind: 'deny', match: { operation: 'AssumeRole' } });
    expect(await rejectionOf(open({ role: true }))).toMatchObject({ code: 'access-denied', exitCode: 4 });
  });

  test.each<Fault>([{ kind: 'throttle', perSecond: 0 }, { kind: 'reset' }])(
    'trouble that may pass ($kind) is left to the first PUT',
    async (fault) => {
      const id = rehearsal.emulator.faults.add({ ...fault, match: { operation: 'AssumeRole' } });
      const store = await open({ role: true });
      rehearsal.emulator.faults.remove(id);
      expect(await store.put(object())).toBe('stored');
    },
  );
});

describe('a session of two seconds', () => {
  const short = useRehearsal({ sessionSeconds: 2 });

  test('is renewed while the run goes on, without a failure', async () => {
    const store = await short.open({ role: true });
    for (let n = 0; n < 3; n++) expect(await store.put(short.object())).toBe('stored');
    expect(short.requestsFor('AssumeRole').length).toBeGreaterThan(1);
  });
});
