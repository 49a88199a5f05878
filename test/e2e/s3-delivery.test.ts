import { appendFile } from 'node:fs/promises';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator, Fault } from '../../src/ports/aws/emulator.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, isDelivery, readExport } from './read-export.ts';
import type { CliRun } from './run-cli.ts';
import { runCli, runForReport } from './run-cli.ts';
import type { S3Server } from './s3-server.ts';
import { openS3Server } from './s3-server.ts';
import { useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 111, lines: 300, hours: 30 });
const events = eventsOf(input);
const stdin = input.bytes;

const newWorkspace = useWorkspaces();

/** What went over the wire, and faults, can be had of the emulator alone. */
let emulator: Emulator;
let server: S3Server;
let prefixes = 0;
let prefix = '';

beforeAll(async () => {
  emulator = await startEmulator();
  server = await openS3Server({
    AUDIT_EXPORT_TEST_ENDPOINT: emulator.url,
    AUDIT_EXPORT_TEST_REGION: emulator.region,
    AUDIT_EXPORT_TEST_CUSTOMER_ACCESS_KEY_ID: emulator.customer.accessKeyId,
    AUDIT_EXPORT_TEST_CUSTOMER_SECRET_ACCESS_KEY: emulator.customer.secretAccessKey,
  });
});
afterAll(async () => {
  await server.close();
  await emulator.close();
});
beforeEach(() => {
  emulator.faults.clear();
  prefixes += 1;
  prefix = `deliveries/${prefixes}`;
});

const to = (): string[] => ['push', '--to', `s3://${server.bucket}/${prefix}`];

/** The requests to the prefix of the test: all that the program sends, and nothing of what the test asks itself. */
const requests = (): ReturnType<Emulator['requests']> =>
  emulator.requests().filter(({ key, method }) => key?.startsWith(prefix) === true && method !== 'GET');

test('promise 6, least privilege: one PutObject an object, each conditional, and no other request at all', async () => {
  const workspace = await newWorkspace();
  const environment = await server.environmentFor(prefix);
  const before = emulator.requests().length;
  const { code, report } = await runForReport(workspace, to(), { stdin, environment });
  const sent = emulator.requests().slice(before);
  expect(code).toBe(0);
  expect(new Set(sent.map(({ operation }) => operation))).toEqual(new Set(['PutObject']));
  const [own, data] = [true, false].map((isOwn) => sent.filter(({ key = '' }) => isDelivery(key) !== isOwn));
  expect(new Set(data?.map(({ key }) => key))).toEqual(new Set(report.objects.map(({ key }) => key)));
  expect(report.putRequests).toBe(data?.length);
  expect(report.evidence?.putRequests).toBe(own?.length);
  // All but the alias of the newest checkpoint, which a role that may not overwrite does without.
  const replaced = sent.filter(({ headers }) => headers['if-none-match'] !== '*').map(({ key }) => key);
  expect(replaced).toEqual([expect.stringMatching(/\/_audit-export\/log\/[^/]+\/checkpoint$/)]);
  expect(differencesFrom(events, await readExport(server.storeAt(prefix)))).toEqual([]);
});

test('promise 6, least privilege: the keys of these tests can put objects below the prefix and do nothing else', async () => {
  const workspace = await newWorkspace();
  const environment = await server.environmentFor(prefix);
  const { report } = await runForReport(workspace, to(), { stdin, environment });
  const s3 = new S3Client({
    endpoint: server.url,
    region: server.region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  const place = { Bucket: server.bucket, Key: report.objects[0]?.key ?? '' };
  await expect(s3.send(new GetObjectCommand(place))).rejects.toMatchObject({ name: 'AccessDenied' });
  s3.destroy();
});

test('objects are application/gzip without Content-Encoding, so that nobody unpacks them on the way', async () => {
  const workspace = await newWorkspace();
  const environment = await server.environmentFor(prefix);
  const { report } = await runForReport(workspace, to(), { stdin, environment });
  const s3 = new S3Client({
    endpoint: server.url,
    region: server.region,
    forcePathStyle: true,
    credentials: emulator.customer,
  });
  const head = await s3.send(
    new HeadObjectCommand({ Bucket: server.bucket, Key: report.objects[0]?.key ?? '' }),
  );
  s3.destroy();
  expect({ type: head.ContentType, encoding: head.ContentEncoding }).toEqual({
    type: 'application/gzip',
    encoding: undefined,
  });
});

const passing: readonly { fault: string; faults: readonly Fault[] }[] = [
  { fault: 'the server is busy (503)', faults: [{ kind: 'error', status: 503, code: 'SlowDown', count: 2 }] },
  {
    fault: 'the server has an error of its own (500)',
    faults: [{ kind: 'error', status: 500, code: 'InternalError', count: 2 }],
  },
  { fault: 'the connection is cut before the body', faults: [{ kind: 'reset', count: 2 }] },
  {
    fault: 'the connection is cut when the object is stored, but not confirmed',
    faults: [{ kind: 'reset-after', count: 2 }],
  },
  {
    fault: 'another writer of the same key is not done yet (409)',
    faults: [{ kind: 'error', status: 409, code: 'ConditionalRequestConflict', count: 2 }],
  },
];

test.each(passing)(
  'promise 5, durable or not acknowledged: $fault, and the delivery comes through',
  async ({ faults }) => {
    const workspace = await newWorkspace();
    const environment = await server.environmentFor(prefix);
    for (const fault of faults)
      emulator.faults.add({ ...fault, match: { operation: 'PutObject', key: `${prefix}/*` } });
    const { code, report } = await runForReport(workspace, to(), { stdin, environment });
    expect(requests().filter((request) => request.faults.length > 0)).toHaveLength(2);
    expect({ code, balanced: report.balanced }).toEqual({ code: 0, balanced: true });
    expect(report.balance.delivered + report.balance.alreadyDelivered).toBe(events.length);
    expect(differencesFrom(events, await readExport(server.storeAt(prefix)))).toEqual([]);
  },
);

test('promise 5, durable or not acknowledged: a store that fails for good is exit 6, and the next run completes the export', async () => {
  const workspace = await newWorkspace();
  const environment = await server.environmentFor(prefix);
  emulator.faults.add({
    kind: 'error',
    status: 500,
    code: 'InternalError',
    skip: 4,
    match: { operation: 'PutObject', key: `${prefix}/*` },
  });
  const first = await runForReport(workspace, [...to(), '--retry-for', '1s'], { stdin, environment });
  expect(first.code).toBe(6);
  expect(first.report).toMatchObject({ outcome: 'failed', balanced: true });
  expect(first.report.balance.undelivered).toBeGreaterThan(0);
  const stored = await readExport(server.storeAt(prefix));
  expect(first.report.objects.map(({ key }) => key)).toEqual(
    stored.objects.map(({ key }) => `${prefix}/${key}`),
  );
  emulator.faults.clear();
  const second = await runForReport(workspace, to(), { stdin, environment });
  expect(second.code).toBe(0);
  expect(second.report.balance.alreadyDelivered).toBe(first.report.balance.delivered);
  expect(differencesFrom(events, await readExport(server.storeAt(prefix)))).toEqual([]);
});

const errors: readonly {
  name: string;
  code: number;
  says: readonly string[];
  flags?: () => readonly string[];
  environment?: Record<string, string>;
}[] = [
  {
    name: 'a prefix that the keys may not write to',
    code: 4,
    says: ['s3:PutObject', '/elsewhere/', 'AccessDenied', 'request '],
    flags: () => ['--to', `s3://${server.bucket}/elsewhere`],
  },
  {
    name: 'a bucket that does not exist',
    code: 4,
    says: ['no-such-bucket-here'],
    flags: () => ['--to', 's3://no-such-bucket-here/x'],
  },
  {
    name: 'a secret that is wrong',
    code: 4,
    says: ['the secret', 'AWS_SECRET_ACCESS_KEY', 'request '],
    environment: { AWS_SECRET_ACCESS_KEY: 'wrong-secret-for-the-test' },
  },
  {
    name: 'no credentials anywhere',
    code: 4,
    says: ['credentials'],
    environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  },
  {
    name: 'nobody at the endpoint',
    code: 6,
    says: ['ECONNREFUSED', '--endpoint-url'],
    flags: () => ['--endpoint-url', 'http://127.0.0.1:1', '--retry-for', '1s'],
  },
];

test.each(errors)(
  'promise 8, every error says what, on what, why and the cure: $name',
  async ({ code, says, ...given }) => {
    const workspace = await newWorkspace();
    const environment = { ...(await server.environmentFor(prefix)), ...given.environment };
    const run: CliRun = await runCli(workspace, [...to(), ...(given.flags?.() ?? [])], {
      stdin,
      environment,
    });
    expect(run.code, `exit code with: ${run.stderr}`).toBe(code);
    for (const word of says) expect(run.stderr).toContain(word);
    expect(run.stderr).toMatch(/\n {2}→ \S/);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    for (const secret of [environment['AWS_SECRET_ACCESS_KEY'], emulator.customer.secretAccessKey])
      expect(secret !== '' && `${run.stdout}${run.stderr}`.includes(secret ?? '')).toBe(false);
  },
);

test('a live log pushed to a bucket each day: each time only the new lines, in the end each line once', async () => {
  const workspace = await newWorkspace();
  const environment = await server.environmentFor(prefix);
  const days = [1, 2, 3].map((seed) => generateInput({ seed, lines: 400, hours: 30 }));
  for (const [day, { bytes }] of days.entries()) {
    await appendFile(workspace.path('live.jsonl'), bytes);
    const { code, report } = await runForReport(workspace, [...to(), 'live.jsonl'], { environment });
    expect({ code, ...report.balance }).toMatchObject({ code: 0, read: 400 * (day + 1), delivered: 400 });
  }
  expect(differencesFrom(days.flatMap(eventsOf), await readExport(server.storeAt(prefix)))).toEqual([]);
});
