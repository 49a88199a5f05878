import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { eventsOf, generateInput } from './generated-input.ts';
import type { InputLine } from './generated-input.ts';
import type { QueueWorld, Statement } from './queue-world.ts';
import { startQueueWorld } from './queue-world.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runCli, runForReport } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const input = generateInput({ seed: 71, lines: 1500, hours: 30 });
const events = eventsOf(input);
/** Keys in the order of their bytes. */
const parts = ['raw/a b+c.jsonl.gz', 'raw/sub/e.jsonl', 'raw/ü%20.jsonl.gz'].map((key, index) => ({
  key,
  lines: input.lines.slice(index * 500, (index + 1) * 500),
}));

let world: QueueWorld;
let environment: Record<string, string>;
beforeAll(async () => {
  world = await startQueueWorld({ notify: false });
  for (const { key, lines } of parts) await world.put(key, bytesOf(lines));
  environment = await world.environmentFor(readAndWrite());
});
afterAll(async () => {
  await world.close();
});
afterEach(() => {
  world.emulator.faults.clear();
});

function bytesOf(lines: readonly InputLine[]): Buffer[] {
  return lines.map(({ bytes }) => bytes);
}

/** What docs/scale.md says that reading from a bucket takes. */
function readAndWrite(): Statement[] {
  return [
    { Action: 's3:PutObject', Resource: `arn:aws:s3:::${world.target}/*` },
    { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${world.source}` },
    { Action: 's3:GetObject', Resource: `arn:aws:s3:::${world.source}/*` },
  ];
}

const to = (prefix: string): string[] => ['push', '--to', `s3://${world.target}/${prefix}`];

test('objects below a prefix are read in the order of their keys, plain or gzip, with two permissions on the source', async () => {
  const workspace = await newWorkspace();
  const from = `s3://${world.source}/raw/`;
  const { code, report } = await runForReport(workspace, [...to('all'), from], { environment });
  expect(code).toBe(0);
  expect(report.sources.map(({ name, lines }) => [name, lines])).toEqual(
    parts.map(({ key, lines }) => [`s3://${world.source}/${key}`, lines.length]),
  );
  expect(differencesFrom(events, await readExport(world.storeAt('all')))).toEqual([]);
  const again = await runForReport(workspace, [...to('all'), from], { environment });
  const { read } = report.balance;
  expect(again.report.balance).toMatchObject({ read, delivered: 0, alreadyDelivered: read });
});

test('one object is read by its key; a key that is none is a source that can not be read', async () => {
  const workspace = await newWorkspace();
  const [first] = parts;
  const one = await runForReport(workspace, [...to('one'), `s3://${world.source}/${first?.key}`], {
    environment,
  });
  expect(one.report.sources.map(({ name }) => name)).toEqual([`s3://${world.source}/${first?.key}`]);
  const none = await runCli(workspace, [...to('one'), `s3://${world.source}/raw/nothing`], { environment });
  expect(none.code).toBe(3);
  expect(none.stderr).toContain('There is no object s3://raw-logs/raw/nothing');
});

test('a list of many pages is read to its end', async () => {
  const workspace = await newWorkspace();
  // Empty objects are listed, but not read.
  const keys = Array.from({ length: 1001 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
  for (let from = 0; from < keys.length; from += 50)
    await Promise.all(keys.slice(from, from + 50).map((key) => world.put(key, [])));
  await world.put(`many/00000-first`, bytesOf(events.slice(0, 5)));
  await world.put(`many/last`, bytesOf(events.slice(5, 10)));
  const { code, report } = await runForReport(workspace, [...to('many'), `s3://${world.source}/many`], {
    environment,
  });
  expect(code).toBe(0);
  expect(report.sources.map(({ name }) => name)).toEqual([
    `s3://${world.source}/many/00000-first`,
    `s3://${world.source}/many/last`,
  ]);
  const lists = world.emulator
    .requests()
    .filter(({ operation, bucket }) => operation === 'ListObjectsV2' && bucket === world.source);
  expect(lists.length).toBeGreaterThanOrEqual(2);
}, 30_000);

test('a body that breaks off is read on from there, and nothing is lost or doubled', async () => {
  const workspace = await newWorkspace();
  // Each request for the second object breaks off elsewhere.
  for (const [skip, bytes] of [1, 30_000, 0, 100_000].entries())
    world.emulator.faults.add({
      kind: 'reset-in-body',
      bytes,
      skip,
      count: 1,
      match: { operation: 'GetObject', key: 'raw/sub/e.jsonl' },
    });
  const { code, report } = await runForReport(workspace, [...to('broken'), `s3://${world.source}/raw/`], {
    environment,
  });
  expect(code, `with: ${JSON.stringify(report.error)}`).toBe(0);
  expect(differencesFrom(events, await readExport(world.storeAt('broken')))).toEqual([]);
  const reads = world.emulator.requests().filter(({ faults }) => faults.includes('reset-in-body'));
  expect(reads).toHaveLength(4);
  const ranges = world.emulator.requests().filter(({ headers }) => headers['range'] !== undefined);
  expect(ranges.length).toBeGreaterThan(1);
  for (const { headers } of ranges) expect(headers['if-match']).toMatch(/^"[0-9a-f]{32}"$/);
}, 30_000);

test('an object that is replaced while it is read gives its lines before that, and is told; what stands there now is new', async () => {
  const workspace = await newWorkspace();
  const key = 'replaced/a.jsonl';
  await world.put(key, bytesOf(input.lines.slice(0, 100)));
  world.emulator.faults.add({
    kind: 'reset-in-body',
    bytes: 1000,
    count: 1,
    match: { operation: 'GetObject', key },
  });
  // The answer to the second request waits until the object is another.
  world.emulator.faults.add({
    kind: 'slow',
    ms: 1000,
    skip: 1,
    count: 1,
    match: { operation: 'GetObject', key },
  });
  const running = runForReport(workspace, [...to('replaced'), `s3://${world.source}/${key}`], {
    environment,
  });
  const second = (): boolean =>
    world.emulator
      .requests()
      .some(({ key: asked, headers }) => asked === key && headers['range'] !== undefined);
  await expect.poll(second, { timeout: 15_000 }).toBe(true);
  await world.put(key, bytesOf(input.lines.slice(100, 200)));
  const { code, report } = await running;
  expect(code).toBe(6);
  expect(report.error).toMatchObject({ code: 'source-broken' });
  expect(report.error?.message).toContain('replaced while it was read');
  const found = async (): Promise<string[]> =>
    (await readExport(world.storeAt('replaced'))).objects.flatMap(({ lines }) => lines).toSorted();
  const linesOf = (from: number, to: number): string[] =>
    input.lines.slice(from, to).map(({ bytes }) => bytes.toString('latin1'));
  const before = await found();
  expect(linesOf(0, 100)).toEqual(expect.arrayContaining(before));
  expect(before.length).toBeLessThan(100);
  // What stands there now is new, and read from its beginning.
  const again = await runForReport(workspace, [...to('replaced'), `s3://${world.source}/${key}`], {
    environment,
  });
  expect(again.code).toBe(0);
  expect(await found()).toEqual([...before, ...linesOf(100, 200)].toSorted());
}, 30_000);

test('a bucket in another region than the target is found', async () => {
  const workspace = await newWorkspace();
  const { emulator, target } = world;
  const far = new S3Client({
    endpoint: emulator.url,
    region: 'eu-central-1',
    credentials: { ...emulator.customer },
    forcePathStyle: true,
  });
  const Bucket = 'far-logs';
  await far.send(
    new CreateBucketCommand({
      Bucket,
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  const [line] = events;
  await far.send(new PutObjectCommand({ Bucket, Key: 'a.jsonl', Body: line!.bytes }));
  far.destroy();
  const keys = await world.environmentFor([
    { Action: 's3:PutObject', Resource: `arn:aws:s3:::${target}/*` },
    { Action: ['s3:ListBucket', 's3:GetObject'], Resource: `arn:aws:s3:::${Bucket}*` },
  ]);
  for (const flags of [[], ['--source-region', 'eu-central-1']]) {
    const { code, report } = await runForReport(
      workspace,
      [...to(`far-${flags.length}`), `s3://${Bucket}/`, ...flags],
      {
        environment: keys,
      },
    );
    expect(code, `with: ${JSON.stringify(report.error)}`).toBe(0);
    expect(report.balance.read).toBe(1);
  }
});

test('a run does not read what it wrote: its own objects below the source are left out', async () => {
  const workspace = await newWorkspace();
  const keys = await world.environmentFor([
    { Action: ['s3:PutObject', 's3:GetObject'], Resource: `arn:aws:s3:::${world.target}/*` },
    { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${world.target}` },
  ]);
  const lines = events.slice(0, 50);
  await world.put('mixed/in/a.jsonl', bytesOf(lines), world.target);
  await world.put('mixed/in/folder/', [], world.target);
  await world.put('mixed/_audit-export/manifests/x.json', [Buffer.from('{}')], world.target);
  const args = [...to('mixed'), `s3://${world.target}/mixed/`];
  for (const delivered of [lines.length, 0]) {
    const { code, report } = await runForReport(workspace, args, { environment: keys });
    expect(code, `with: ${JSON.stringify(report.error)}`).toBe(0);
    expect(report.sources.map(({ name }) => name)).toEqual([
      // What was delivered before is told by folder.
      delivered === 0 ? `s3://${world.target}/mixed/in/` : `s3://${world.target}/mixed/in/a.jsonl`,
    ]);
    const alreadyDelivered = lines.length - delivered;
    expect(report.balance).toMatchObject({ read: lines.length, delivered, alreadyDelivered });
  }
});

const errors: readonly {
  name: string;
  input: string;
  statements?: () => Statement[];
  code: number;
  says: string[];
}[] = [
  {
    name: 'a bucket that may not be listed',
    input: 's3://raw-logs/raw/',
    statements: () => readAndWrite().filter(({ Action }) => Action !== 's3:ListBucket'),
    code: 4,
    says: ['s3:ListBucket', 's3://raw-logs/raw/', 'Allow s3:ListBucket'],
  },
  {
    name: 'an object that may not be read',
    input: 's3://raw-logs/raw/',
    statements: () => readAndWrite().filter(({ Action }) => Action !== 's3:GetObject'),
    code: 4,
    says: ['s3:GetObject', 's3://raw-logs/raw/a b+c.jsonl.gz', 'Allow s3:GetObject'],
  },
  {
    name: 'a bucket that is none',
    input: 's3://no-such-bucket/x/',
    code: 4,
    says: ['s3://no-such-bucket/x/'],
  },
  { name: 'a name that no bucket has', input: 's3://_/x', code: 2, says: ['"_" is no bucket name'] },
];

test.each(errors)('$name is told, with what cures it', async ({ input, statements, code, says }) => {
  const workspace = await newWorkspace();
  const given = statements === undefined ? environment : await world.environmentFor(statements());
  const run = await runCli(workspace, [...to('errors'), input], { environment: given });
  expect(run.code, `with: ${run.stderr}`).toBe(code);
  for (const word of says) expect(run.stderr).toContain(word);
  expect(run.stderr).toMatch(/\n {2}→ \S/);
});
