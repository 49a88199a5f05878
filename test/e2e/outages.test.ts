import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { quickClock } from '../fakes/quick-clock.ts';
import { openS3Store } from '../../src/adapters/aws/s3/s3-store.ts';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import { systemClock, systemRandom } from '../../src/adapters/system/system-clock.ts';
import { RetryingStore } from '../../src/core/delivery/retry/retrying-store.ts';
import type { PutFailureCause } from '../../src/ports/store/put-failure.ts';
import type { Emulator, Fault, RequestRecord } from '../../src/ports/aws/emulator.ts';
import type { GeneratedInput } from './generated-input.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, hourFolder, isDelivery, readExport } from './read-export.ts';
import type { PushRun, RunningCli } from './run-cli.ts';
import { runForReport, startCli, withReport, writeTo } from './run-cli.ts';
import type { S3Server } from './s3-server.ts';
import { openS3Server } from './s3-server.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 77, lines: 160, hours: 12 });
/** Large enough that objects are stored before its end. */
const longInput = generateInput({ seed: 78, bytes: 1_200_000, hours: 12 });
const newWorkspace = useWorkspaces();
/** Tries and outages are waited for on a clock of which ten seconds are one. */
const clock = quickClock(10);

let emulator: Emulator;
let server: S3Server;
let places = 0;

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

/** A prefix of its own, for a test that shares the server with others. */
interface Place {
  readonly prefix: string;
  readonly workspace: Workspace;
  readonly environment: Record<string, string>;
  readonly push: readonly string[];
  readonly addFault: (fault: Fault) => () => void;
  readonly puts: () => RequestRecord[];
  readonly differences: (from: GeneratedInput) => Promise<string[]>;
}

async function newPlace(): Promise<Place> {
  const prefix = `outages/${++places}`;
  return {
    prefix,
    workspace: await newWorkspace(),
    environment: await server.environmentFor(prefix),
    push: ['push', '--to', `s3://${server.bucket}/${prefix}`, '--partition', 'hour'],
    addFault: (fault) => {
      const id = emulator.faults.add({
        ...fault,
        match: { operation: 'PutObject', key: `${prefix}/audit_type=*` },
      });
      return () => emulator.faults.remove(id);
    },
    puts: () =>
      emulator
        .requests()
        .filter(
          ({ operation, key }) =>
            operation === 'PutObject' && key?.startsWith(`${prefix}/`) === true && isDelivery(key),
        ),
    differences: async (from) =>
      differencesFrom(eventsOf(from), await readExport(server.storeAt(prefix)), hourFolder),
  };
}

/** Expectations of a run that came through: nothing lost, nothing twice, and each request in the report. */
async function expectAll(
  from: GeneratedInput,
  { code, report, stderr }: PushRun,
  place: Place,
): Promise<void> {
  expect({ code, stderr, ...report.balance }).toMatchObject({
    code: 0,
    delivered: eventsOf(from).length,
    alreadyDelivered: 0,
    undelivered: 0,
  });
  expect(report.balanced).toBe(true);
  expect(await place.differences(from)).toEqual([]);
  const retries = Object.values(report.retries).reduce((sum, count) => sum + count, 0);
  expect(report.putRequests).toBe(report.objects.length + retries);
  expect(place.puts()).toHaveLength(report.putRequests);
}

const skewMs = 20 * 60_000;
/** Behind the first objects: what is refused from the very first request on is a wrong set-up, and told at once. */
const skip = 16;

const kinds: readonly { what: string; fault: Fault; cause: PutFailureCause }[] = [
  { what: 'is busy (503)', fault: { kind: 'error', status: 503, code: 'SlowDown' }, cause: 'throttled' },
  { what: 'throttles', fault: { kind: 'throttle', perSecond: 5, count: 20 }, cause: 'throttled' },
  { what: 'has errors (500)', fault: { kind: 'error', status: 500, code: 'InternalError' }, cause: 'server' },
  { what: 'has errors after the object is stored', fault: { kind: 'error-after' }, cause: 'server' },
  { what: 'cuts the connection', fault: { kind: 'reset' }, cause: 'network' },
  { what: 'cuts it within the body', fault: { kind: 'reset-in-body', bytes: 100 }, cause: 'network' },
  { what: 'cuts it when the object is stored', fault: { kind: 'reset-after' }, cause: 'network' },
  {
    what: 'sees another writer of the key (409)',
    fault: { kind: 'error', status: 409, code: 'ConditionalRequestConflict' },
    cause: 'conflict',
  },
  { what: 'calls the credentials expired', fault: { kind: 'expired', skip, count: 10 }, cause: 'expired' },
  { what: 'takes our clock for wrong', fault: { kind: 'clock-skew', ms: skewMs, skip }, cause: 'clock-skew' },
  {
    what: 'is found elsewhere for a while',
    fault: { kind: 'wrong-region', skip, count: 3 },
    cause: 'denied',
  },
];

describe('with three in ten requests failing, all is delivered once and the run says what it took', () => {
  test.each(kinds)('where the store $what', async ({ fault, cause }) => {
    const place = await newPlace();
    place.addFault({ rate: fault.kind === 'throttle' ? 1 : 0.3, ...fault });
    const { workspace, environment, push } = place;
    const run = await runForReport(workspace, push, { stdin: input.bytes, environment, clock });
    await expectAll(input, run, place);
    expect(run.report.retries).toMatchObject({ [cause]: expect.any(Number) });
  });
});

const middle = longInput.lines[Math.floor(longInput.lines.length * 0.7)]?.byteOffset ?? 0;

/** A run whose first objects are stored, and that waits for the rest of its input. */
async function begin(
  { workspace, environment, push, puts }: Place,
  ...flags: readonly string[]
): Promise<RunningCli> {
  const args = [...push, '--object-size', '32KiB', '--json', ...flags];
  const run = startCli(workspace, args, { stdin: 'open', environment, clock });
  await writeTo(run, longInput.bytes.subarray(0, middle));
  const stored = (): number => puts().filter(({ status }) => status === 200).length;
  await vi.waitFor(() => expect(stored()).toBeGreaterThan(0), { timeout: 10_000 });
  return run;
}

const endInput = (run: RunningCli): void => void run.child.stdin?.end(longInput.bytes.subarray(middle));

/** How often a text says something. */
const timesIn = (text: string, what: string): number => text.split(what).length - 1;

describe('a permission that goes away', () => {
  test('for a while in the middle of a run is an outage: one alarm, one all-clear, nothing lost', async () => {
    const place = await newPlace();
    const run = await begin(place);
    const end = place.addFault({ kind: 'deny' });
    endInput(run);
    await vi.waitFor(() => expect(run.stderrSoFar()).toContain('takes nothing just now'), {
      timeout: 20_000,
    });
    end();
    const ended = withReport(await run.ended);
    await expectAll(longInput, ended, place);
    expect(ended.report.retries.denied).toBeGreaterThan(0);
    expect(timesIn(ended.stderr, 'takes nothing just now')).toBe(1);
    expect(timesIn(ended.stderr, 'takes objects again')).toBe(1);
    expect(ended.stderr).toContain('AccessDenied');
  });
});

describe('an outage that is longer than --retry-for', () => {
  test.each([
    { fault: { kind: 'error', status: 500, code: 'InternalError' } as const, code: 6 },
    { fault: { kind: 'reset' } as const, code: 6 },
    { fault: { kind: 'deny' } as const, code: 4 },
  ])('ends the run with exit $code, and a report that is right ($fault.kind)', async ({ fault, code }) => {
    const place = await newPlace();
    const run = await begin(place, '--retry-for', '3s');
    const end = place.addFault(fault);
    const failingMs = clock.now();
    endInput(run);
    const { report, ...ended } = withReport(await run.ended);
    expect(clock.now() - failingMs).toBeLessThan(60_000);
    expect({ code: ended.code, outcome: report.outcome, balanced: report.balanced }).toEqual({
      code,
      outcome: 'failed',
      balanced: true,
    });
    const { read, delivered, undelivered } = report.balance;
    expect(undelivered).toBeGreaterThan(0);
    expect(delivered + undelivered).toBe(read);

    end();
    const { workspace, environment, push } = place;
    const again = await runForReport(workspace, [...push, '--object-size', '32KiB'], {
      stdin: longInput.bytes,
      environment,
    });
    expect(again.code).toBe(0);
    expect(again.report.balance.alreadyDelivered).toBeGreaterThanOrEqual(delivered);
    expect(await place.differences(longInput)).toEqual([]);
  });
});

test('Ctrl-C in an outage ends the run at once, with a report that is right', async () => {
  const place = await newPlace();
  const run = await begin(place);
  place.addFault({ kind: 'deny' });
  endInput(run);
  await vi.waitFor(() => expect(run.stderrSoFar()).toContain('takes nothing just now'), { timeout: 20_000 });
  await sleep(200);
  const askedMs = performance.now();
  run.child.kill('SIGINT');
  const { code, report } = withReport(await run.ended);
  // The next try would come five seconds after the last.
  expect(performance.now() - askedMs).toBeLessThan(4000);
  expect({ code, outcome: report.outcome, balanced: report.balanced, error: report.error }).toEqual({
    code: 130,
    outcome: 'interrupted',
    balanced: true,
    error: null,
  });
  expect(report.balance.undelivered).toBeGreaterThan(0);
});

test.each([
  { what: 'was never there', fault: { kind: 'deny' } as const, says: 'AccessDenied', triesEach: 1 },
  // The second try has fresh credentials, and comes without a pause.
  { what: 'has expired', fault: { kind: 'expired' } as const, says: 'ExpiredToken', triesEach: 2 },
])(
  'a permission that $what before the first object is a wrong set-up: the run ends without a pause',
  async ({ fault, says, triesEach }) => {
    const place = await newPlace();
    place.addFault(fault);
    const { workspace, environment, push } = place;
    const run = await runForReport(workspace, push, { stdin: input.bytes, environment });
    expect({ code: run.code, outcome: run.report.outcome, balanced: run.report.balanced }).toEqual({
      code: 4,
      outcome: 'failed',
      balanced: true,
    });
    const tries = new Map<string | undefined, number>();
    for (const { key } of place.puts()) tries.set(key, (tries.get(key) ?? 0) + 1);
    expect(Math.max(...tries.values())).toBe(triesEach);
    expect(run.report.error?.details['awsError']).toBe(says);
  },
);

test('a store that says nothing to three in ten requests gets each object once all the same', async () => {
  const { addFault, puts, prefix } = await newPlace();
  vi.stubEnv('AWS_ACCESS_KEY_ID', emulator.customer.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', emulator.customer.secretAccessKey);
  addFault({ kind: 'no-answer', rate: 0.3 });
  const aws = { region: server.region, endpointUrl: server.url, pathStyle: true, role: undefined };
  const write = {
    bucket: server.bucket,
    prefix,
    bucketOwner: undefined,
    storageClass: undefined,
    kmsKeyId: undefined,
    sse: undefined,
    acl: undefined,
    tags: undefined,
  };
  const retries: PutFailureCause[] = [];
  const store = new RetryingStore(await openS3Store(aws, write, process.env, { silenceMs: 200 }), {
    patience: { retryForMs: 60_000, tries: undefined },
    atOnce: 8,
    timer: systemClock,
    random: systemRandom,
    signal: new AbortController().signal,
    events: {
      onTry: () => undefined,
      onRetry: (cause) => retries.push(cause),
      onOutage: () => undefined,
      onRecovery: () => undefined,
    },
  });
  const keys = Array.from({ length: 30 }, (_, n) => `${prefix}/audit_type=custom/object-${n}`);
  const statuses = await Promise.all(
    keys.map((key) => store.put({ key, body: Buffer.from(key), contentType: 'text/plain' })),
  );
  await store.close();
  vi.unstubAllEnvs();
  expect(statuses).toEqual(keys.map(() => 'stored'));
  expect(retries.length).toBeGreaterThan(0);
  expect(new Set(retries)).toEqual(new Set(['no-answer']));
  expect(puts()).toHaveLength(keys.length + retries.length);
  expect((await server.storeAt(prefix).list()).length).toBe(keys.length);
});
