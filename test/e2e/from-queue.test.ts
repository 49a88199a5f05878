import {
  PutBucketVersioningCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import type { QueuePushReport } from '../../src/core/queue/queue-books.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import type { InputLine } from './generated-input.ts';
import type { QueueWorld } from './queue-world.ts';
import { startQueueWorld } from './queue-world.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runCli, startCli } from './run-cli.ts';
import type { CliOptions, CliRun } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const newWorkspace = useWorkspaces();
const input = generateInput({ seed: 81, lines: 600, hours: 30 });
const events = eventsOf(input);

let world: QueueWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

function bytesOf(lines: readonly InputLine[]): Buffer[] {
  return lines.map(({ bytes }) => bytes);
}

function workArgs({ queueUrl, target }: QueueWorld, ...flags: string[]): string[] {
  return ['push', '--from-sqs', queueUrl, '--to', `s3://${target}/audit`, '--json', ...flags];
}

async function work(
  workspace: Workspace,
  at: QueueWorld,
  flags: string[] = ['--until-empty'],
  options: CliOptions = {},
): Promise<CliRun & { report: QueuePushReport }> {
  const environment = await at.environmentFor(at.workerStatements);
  const run = await runCli(workspace, workArgs(at, ...flags), { environment, ...options });
  expect(run.stdout, `with: ${run.stderr}`).not.toBe('');
  return { ...run, report: JSON.parse(run.stdout) as QueuePushReport };
}

test('notifications of S3 itself, through SNS and through EventBridge name the objects to read; a run is one balance', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld());
  await at.put('raw/red flower+1.jsonl.gz', bytesOf(events.slice(0, 200)));
  const bodies = await at.bodies(at.queueUrl);
  const [, record = ''] = bodies;
  expect(record).toContain('raw/red+flower%2B1.jsonl.gz');
  const records = JSON.parse(record) as { Records: [{ s3: { object: { key: string; size?: number } } }] };
  // The same object again, in an SNS envelope, together with a second one.
  await at.put('raw/second.jsonl', bytesOf(events.slice(200, 400)));
  const second = structuredClone(records.Records[0]);
  second.s3.object.key = 'raw/second.jsonl';
  delete second.s3.object.size;
  await at.send(
    JSON.stringify({
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:us-east-1:111122223333:t',
      Message: JSON.stringify({ Records: [...records.Records, second] }),
    }),
  );
  // EventBridge writes the key as it is.
  await at.put('raw/third 100%25+.jsonl', bytesOf(events.slice(400)));
  await at.send(
    JSON.stringify({
      version: '0',
      'detail-type': 'Object Created',
      source: 'aws.s3',
      region: 'us-east-1',
      detail: { bucket: { name: at.source }, object: { key: 'raw/third 100%25+.jsonl' } },
    }),
  );
  const { code, report, stderr } = await work(workspace, at);
  expect({ code, stderr: stderr.split('\n').length - 1 }).toEqual({ code: 0, stderr: 5 });
  expect(stderr).toContain('s3://raw-logs/raw/second.jsonl: 200 lines, 200 delivered');
  expect(report.queue).toMatchObject({
    messages: { received: 4, removed: 4, left: 0, malformed: 0 },
    objects: { done: 5, gone: 0 },
  });
  expect(report.balanced).toBe(true);
  expect(schemaErrors('push-report', report)).toEqual([]);
  const { read, delivered, alreadyDelivered } = report.balance;
  expect([read, delivered, alreadyDelivered]).toEqual([1000, 600, 400]);
  expect(differencesFrom(events, await readExport(at.storeAt('audit')))).toEqual([]);
  expect(await at.counts()).toEqual({ visible: 0, inFlight: 2 });
});

test('the very version that a message names is read, and a second delivery stores nothing new', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld());
  const { url: endpoint, customer } = at.emulator;
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { ...customer },
    forcePathStyle: true,
  });
  const Bucket = at.source;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await at.put('raw/a.jsonl', bytesOf(events.slice(0, 100)));
  await at.put('raw/a.jsonl', bytesOf(events.slice(100, 200)));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'raw/a.jsonl' }));
  s3.destroy();
  const { code, report } = await work(workspace, at);
  expect({ code, objects: report.queue.objects }).toEqual({
    code: 0,
    objects: { done: 2, gone: 0, leftOut: 0 },
  });
  expect(differencesFrom(events.slice(0, 200), await readExport(at.storeAt('audit')))).toEqual([]);
});

test('events of tests and deletions, empty objects and what the tool wrote itself are done with; a deleted object is told of', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld({ notify: true }));
  await at.put('raw/empty.jsonl', []);
  await at.put('raw/folder/', []);
  await at.put('raw/_audit-export/x.jsonl', bytesOf(events.slice(0, 1)));
  const { url: endpoint, customer } = at.emulator;
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { ...customer },
    forcePathStyle: true,
  });
  await at.put('raw/gone.jsonl', bytesOf(events.slice(0, 5)));
  await s3.send(new DeleteObjectCommand({ Bucket: at.source, Key: 'raw/gone.jsonl' }));
  s3.destroy();
  const { code, report, stderr } = await work(workspace, at);
  expect(code).toBe(0);
  expect(report.queue).toMatchObject({
    messages: { received: 5, removed: 5, left: 0, test: 1 },
    objects: { done: 0, gone: 1, leftOut: 3 },
  });
  expect(stderr).toContain('s3://raw-logs/raw/gone.jsonl was deleted before it could be read');
  expect(await at.counts()).toEqual({ visible: 0, inFlight: 0 });
});

test('poison goes to the dead-letter queue and keeps nobody from working: no notification, damaged gzip, no JSON Lines, no permission', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld({ maxReceiveCount: 2 }));
  const { url: endpoint, customer } = at.emulator;
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { ...customer },
    forcePathStyle: true,
  });
  const damaged = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(100, 7)]);
  await s3.send(new PutObjectCommand({ Bucket: at.source, Key: 'raw/damaged.gz', Body: damaged }));
  const foreign = Buffer.from('fd377a585a000004', 'hex');
  await s3.send(new PutObjectCommand({ Bucket: at.source, Key: 'raw/foreign.xz', Body: foreign }));
  s3.destroy();
  await at.send('{"hello":"world"}');
  await at.send(
    JSON.stringify({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: at.target }, object: { key: 'not-for-us' } },
        },
      ],
    }),
  );
  await at.put('raw/good.jsonl', bytesOf(events.slice(0, 50)));
  const flags = ['--until-empty', '--visibility', '2', '--concurrency', '1'];
  const first = await work(workspace, at, flags);
  expect(first.code).toBe(6);
  expect(first.report.error?.code).toBe('messages-left');
  expect(first.report.queue).toMatchObject({ messages: { left: 4 }, objects: { done: 1 } });
  for (const said of [
    'it is no event notification of S3, SNS or EventBridge',
    'raw/damaged.gz: its gzip data is damaged',
    'raw/foreign.xz is no JSON Lines: it is',
    's3:GetObject on s3://audit-target/not-for-us failed',
  ])
    expect(first.stderr).toContain(said);
  expect(first.stderr.split('The message is left in the queue'), 'told once each').toHaveLength(5);
  // They come again until the queue has had enough of them.
  for (let pass = 0; pass < 5; pass++) {
    const { visible, inFlight } = await at.counts();
    if (visible + inFlight === 0) break;
    await work(workspace, at, flags);
  }
  expect(await at.bodies(at.deadLetterUrl)).toHaveLength(4);
  expect(await at.counts()).toEqual({ visible: 0, inFlight: 0 });
  expect(differencesFrom(events.slice(0, 50), await readExport(at.storeAt('audit')))).toEqual([]);
}, 60_000);

test('no message is removed before its PUTs are confirmed: with a store that refuses, all stay, and the worker says why', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld());
  await at.put('raw/a.jsonl', bytesOf(events.slice(0, 50)));
  const environment = await at.environmentFor(
    at.workerStatements.filter(({ Action }) => Action !== 's3:PutObject'),
  );
  const { code, report } = await work(workspace, at, ['--until-empty'], { environment });
  expect({ code, error: report.error?.code }).toEqual({ code: 4, error: 'access-denied' });
  const operations = at.emulator.requests().map(({ operation }) => operation);
  expect(operations).toContain('PutObject');
  const { visible, inFlight } = await at.counts();
  expect(visible + inFlight).toBeGreaterThanOrEqual(1);
  expect(report.queue.messages.removed).toBeLessThanOrEqual(1);
});

test('a message is kept from others for as long as it is worked on', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld({ notify: false }));
  await at.put('raw/slow.jsonl', bytesOf(events.slice(0, 50)));
  await at.send(
    JSON.stringify({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: at.source }, object: { key: 'raw/slow.jsonl' } },
    }),
  );
  at.emulator.faults.add({
    kind: 'slow',
    ms: 2700,
    count: 1,
    match: { operation: 'GetObject', key: 'raw/slow.jsonl' },
  });
  const { code, report } = await work(workspace, at, ['--until-empty', '--visibility', '2']);
  expect({ code, messages: report.queue.messages }).toMatchObject({
    code: 0,
    messages: { received: 1, removed: 1 },
  });
  const extended = at.emulator.requests().filter(({ operation }) => operation === 'ChangeMessageVisibility');
  expect(extended.length).toBeGreaterThanOrEqual(2);
}, 30_000);

test('SIGTERM ends a worker in order: it finishes what it works on, removes the message, reports, exit 0', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld());
  await at.put('raw/a.jsonl', bytesOf(events.slice(0, 300)));
  at.emulator.faults.add({ kind: 'slow', ms: 1500, count: 1, match: { operation: 'GetObject' } });
  const environment = await at.environmentFor(at.workerStatements);
  const run = startCli(workspace, workArgs(at), { environment });
  const reading = (): boolean => at.emulator.requests().some(({ operation }) => operation === 'GetObject');
  await expect.poll(reading, { timeout: 15_000 }).toBe(true);
  run.child.kill('SIGTERM');
  const { code, stdout } = await run.ended;
  const report = JSON.parse(stdout) as QueuePushReport;
  expect({ code, outcome: report.outcome, objects: report.queue.objects.done }).toEqual({
    code: 0,
    outcome: 'delivered',
    objects: 1,
  });
  expect(await at.counts()).toEqual({ visible: 0, inFlight: 0 });
  expect(differencesFrom(events.slice(0, 300), await readExport(at.storeAt('audit')))).toEqual([]);
}, 30_000);

test('SIGTERM ends a worker that waits for room in a full quarantine: the message comes again', async () => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld());
  const bad = Array.from({ length: 100 }, (_, n) => Buffer.from(`bad ${n} ${'x'.repeat(1000)}\n`));
  await at.put('raw/bad.jsonl', bad);
  const environment = await at.environmentFor(at.workerStatements);
  const run = startCli(workspace, workArgs(at, '--quarantine-size', '20KiB'), { environment });
  await expect.poll(() => run.stderrSoFar(), { timeout: 15_000 }).toContain('Reading waits for room');
  run.child.kill('SIGTERM');
  const { stdout } = await run.ended;
  const report = JSON.parse(stdout) as QueuePushReport;
  expect(report.queue.objects.done).toBe(0);
  const { visible, inFlight } = await at.counts();
  expect(visible + inFlight).toBe(1);
}, 30_000);

test.each([
  { flags: ['events.jsonl'], says: 'files or other inputs' },
  { flags: ['--dry-run'], says: '--dry-run' },
  { flags: ['--shard', '0/2'], says: '--shard' },
  { flags: ['--follow'], says: '--follow' },
  { flags: ['--concurrency', '65'], says: '--concurrency 65' },
  { flags: ['--visibility', '1'], says: '--visibility 1' },
])('what can not go with a queue is told before a message is received: $says', async ({ flags, says }) => {
  const workspace = await newWorkspace();
  const args = ['push', '--from-sqs', 'http://127.0.0.1:9/111122223333/q', '--to', 'export', ...flags];
  const { code, stderr } = await runCli(workspace, args);
  expect({ code, says: stderr.includes(says) }, `with: ${stderr}`).toEqual({ code: 2, says: true });
});

test.each([
  { url: 'new-logs', code: 2, says: 'does not hold the URL of a queue' },
  { url: undefined, code: 4, says: 'there is no such queue' },
])('a queue that is none is told with the cure', async ({ url, code, says }) => {
  const workspace = await newWorkspace();
  const at = (world = await startQueueWorld({ notify: false }));
  const queueUrl = url ?? at.queueUrl.replace('new-logs', 'nobody');
  const environment = await at.environmentFor([{ Action: 'sqs:*', Resource: '*' }, ...at.workerStatements]);
  const run = await runCli(workspace, workArgs({ ...at, queueUrl }, '--until-empty'), { environment });
  expect(run.code, `with: ${run.stderr}`).toBe(code);
  expect(run.stderr).toContain(says);
  expect(run.stderr).toMatch(/\n {2}→ \S/);
});
