import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { QuarantineList } from '../../src/commands/quarantine/list.ts';
import type { InputLine } from './generated-input.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { peakBytes, runCli, runForReport } from './run-cli.ts';
import { folderStore, storeKinds, useStores } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, stateFolderOf, useWorkspaces } from './workspace.ts';

/** The reason that each kind of damage of the generator leads to. */
const reasonOf: Readonly<Record<string, string>> = {
  'truncated-json': 'not-json',
  'not-an-object': 'not-an-object',
  'unknown-type': 'unknown-type',
  'no-event-time': 'no-event-time',
  'impossible-event-time': 'impossible-event-time',
  'schema-violation': 'schema-violation',
  'invalid-utf8': 'invalid-utf8',
  'too-long': 'too-long',
};

const mib = 1024 * 1024;
const input = generateInput({
  seed: 61,
  lines: 300,
  hours: 30,
  place: [
    'truncated-json',
    'not-an-object',
    'unknown-type',
    'no-event-time',
    'impossible-event-time',
    'schema-violation',
    'invalid-utf8',
    'too-long',
    'blank',
  ],
  tooLongBytes: 2 * mib,
});
const events = eventsOf(input);
const bad = input.lines.filter(({ kind }) => kind === 'bad');
const maxLine = ['--max-line', '2MiB'];

const newWorkspace = useWorkspaces();

/** A line that waits, as it lies in the folder. */
interface Waiting {
  readonly source: string;
  readonly line: number;
  readonly offset: number;
  readonly reason: string;
  readonly type?: string;
  readonly instancePath?: string;
  readonly schemaPath?: string;
  readonly bytes: Buffer;
}

/** Reads a quarantine folder: JSON Lines files, long lines in files of their own beside them. */
async function readQuarantine(folder: string): Promise<Waiting[]> {
  const lists = (await filesBelow(folder)).filter((name) => name.endsWith('.jsonl'));
  const waiting: Waiting[] = [];
  for (const list of lists) {
    for (const text of (await readFile(join(folder, list), 'utf8')).split('\n').slice(0, -1)) {
      const { raw, rawBase64, rawFile, ...place } = JSON.parse(text) as Omit<Waiting, 'bytes'> &
        Partial<Record<'raw' | 'rawBase64' | 'rawFile', string>>;
      const bytes =
        rawFile === undefined
          ? Buffer.from(raw ?? rawBase64 ?? '', raw === undefined ? 'base64' : 'utf8')
          : await readFile(join(folder, rawFile));
      waiting.push({ ...place, bytes });
    }
  }
  return waiting.toSorted((a, b) => a.line - b.line);
}

async function list(workspace: Workspace): Promise<QuarantineList> {
  return JSON.parse((await runCli(workspace, ['quarantine', 'list', '--json'])).stdout) as QuarantineList;
}

const folderOf = async (workspace: Workspace): Promise<string> =>
  join(await stateFolderOf(workspace), 'quarantine');

test('each bad line waits with its source, line, offset, reason and its bytes, exactly; the good ones are delivered', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  await workspace.write('events.jsonl', input.bytes);
  const { code, report } = await runForReport(workspace, [
    'push',
    ...store.flags,
    ...maxLine,
    'events.jsonl',
  ]);
  expect(code).toBe(5);
  expect(report.outcome).toBe('delivered-with-quarantine');
  expect(differencesFrom(events, await readExport(store))).toEqual([]);

  const waiting = await readQuarantine(await folderOf(workspace));
  expect(waiting.map(({ source, line, offset, reason }) => ({ source, line, offset, reason }))).toEqual(
    bad.map(({ line, byteOffset, damage }) => ({
      source: 'events.jsonl',
      line,
      offset: byteOffset,
      reason: reasonOf[damage ?? ''],
    })),
  );
  for (const [index, { bytes, line }] of bad.entries())
    expect(waiting[index]?.bytes.equals(bytes), `the bytes of line ${line}`).toBe(true);
  const violation = waiting.find(({ reason }) => reason === 'schema-violation');
  expect(violation?.type).toBe(bad.find(({ damage }) => damage === 'schema-violation')?.type);
  expect(violation?.instancePath).toMatch(/^\//);
  expect(violation?.schemaPath).toMatch(/^#\//);
  expect(Object.fromEntries(report.quarantine.reasons.map(({ reason, lines }) => [reason, lines]))).toEqual(
    Object.fromEntries(bad.map(({ damage }) => [reasonOf[damage ?? ''], 1])),
  );
});

test('quarantine list shows them by reason, as text and as JSON', async () => {
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl', input.bytes);
  await runCli(workspace, ['push', '--to', 'export', ...maxLine, 'events.jsonl']);
  const found = await list(workspace);
  expect(found).toMatchObject({ report: 'quarantine-list', version: 1, lists: 1, lines: bad.length });
  expect(found.groups.map(({ reason }) => reason).toSorted()).toEqual(Object.values(reasonOf).toSorted());
  for (const { samples, reason } of found.groups) {
    const line = bad.find(({ damage }) => reasonOf[damage ?? ''] === reason);
    expect(samples, `samples of ${reason}`).toMatchObject([
      { source: 'events.jsonl', line: line?.line, offset: line?.byteOffset },
    ]);
  }
  const { code, stdout, stderr } = await runCli(workspace, ['quarantine', 'list']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const reason of Object.values(reasonOf)) expect(stdout).toContain(`${reason}: `);
  expect(stdout).toContain('events.jsonl, line ');
  const to = `--to ${await realpath(workspace.path('export'))}`;
  expect(stdout).toContain(`After a fix: audit-export quarantine replay ${to}\n`);
  const folder = await folderOf(workspace);
  const named = await runCli(workspace, ['quarantine', 'list', '--quarantine', folder]);
  expect(named.stdout).toContain(
    `After a fix: audit-export quarantine replay --quarantine ${folder} ${to}\n`,
  );
});

test('an empty quarantine is no error', async () => {
  const workspace = await newWorkspace();
  const { code, stdout } = await runCli(workspace, ['quarantine', 'list']);
  expect(code).toBe(0);
  expect(stdout).toContain('Nothing is in quarantine');
  expect((await list(workspace)).lines).toBe(0);
});

test('a line that two runs have set aside, one of them interrupted by its first bad line, is one line', async () => {
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl', input.bytes);
  expect(
    (await runCli(workspace, ['push', '--to', 'export', ...maxLine, '--strict', 'events.jsonl'])).code,
  ).toBe(5);
  expect((await list(workspace)).lines).toBe(1);
  await runCli(workspace, ['push', '--to', 'export', ...maxLine, 'events.jsonl']);
  await runCli(workspace, ['push', '--to', 'export', ...maxLine, 'events.jsonl']);
  expect((await list(workspace)).lines).toBe(bad.length);
});

const doorSchema = JSON.stringify({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  'x-audit-export': {
    type: 'door',
    recognise: { type: 'object', required: ['door'] },
    eventTime: [{ at: '/at', forms: ['iso-8601'] }],
  },
  type: 'object',
  properties: { door: { type: 'string' } },
});

const doorTexts = [
  '{"door":"north", "at":"2026-09-03T23:59:59.999Z","who":"Zoë"}',
  '{"at":"2026-09-04T01:30:00.5+02:00","door":"south"}',
  '{"door":"north","at":"2026-09-04T12:00:00Z"}',
];
const doorTimes = ['2026-09-03T23:59:59.999Z', '2026-09-03T23:30:00.500Z', '2026-09-04T12:00:00.000Z'];

/** Lines that are good once the type is known, and two that stay bad. */
const doorInput = Buffer.from(
  [
    doorTexts[0],
    '{"door":7,"at":"2026-09-04T12:00:00Z"}',
    doorTexts[1],
    'no JSON',
    '',
    doorTexts[2],
    '',
  ].join('\n'),
);
const doorEvents: readonly InputLine[] = [1, 3, 6].map((line, index) => ({
  line,
  kind: 'event',
  type: 'door' as InputLine['type'],
  eventTimeMs: Date.parse(doorTimes[index] ?? ''),
  date: doorTimes[index]?.slice(0, 10) ?? '',
  hour: doorTimes[index]?.slice(11, 13) ?? '',
  bytes: Buffer.from(doorTexts[index] ?? ''),
}));

describe.each(storeKinds)('with a store of kind $kind', ({ kind }) => {
  const newStore = useStores(kind);
  test('replay after a fix delivers to the right partition, and what is still bad stays with its first place', async () => {
    const workspace = await newWorkspace();
    const store = await newStore(workspace);
    const { environment } = store;
    await workspace.write('doors.jsonl', doorInput);
    await workspace.write('door.json', doorSchema);
    const first = await runForReport(workspace, ['push', ...store.flags, 'doors.jsonl'], { environment });
    expect(first.report.balance).toMatchObject({ read: 6, delivered: 0, quarantined: 5, blank: 1 });
    const places = await readQuarantine(await folderOf(workspace));

    const replay = ['quarantine', 'replay', ...store.flags, '--schema', 'door.json'];
    const second = await runForReport(workspace, replay, { environment });
    expect(second.code).toBe(5);
    expect(second.report.balance).toMatchObject({ read: 5, delivered: 3, quarantined: 2 });
    expect(differencesFrom(doorEvents, await readExport(store))).toEqual([]);
    const left = await readQuarantine(await folderOf(workspace));
    expect(left.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'schema-violation'],
      [4, 'not-json'],
    ]);
    for (const { line, offset, source, bytes } of left)
      expect(places).toContainEqual(expect.objectContaining({ line, offset, source, bytes }));

    const third = await runForReport(workspace, replay, { environment });
    expect(third.report.balance).toMatchObject({ read: 2, delivered: 0, quarantined: 2 });
    expect(await readQuarantine(await folderOf(workspace))).toEqual(left);
    expect((await list(workspace)).lines).toBe(2);
  });
});

test('replay after a fix that mends everything empties the quarantine, files of long lines included', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const long = generateInput({ seed: 62, lines: 20, place: ['too-long'], tooLongBytes: 2 * mib });
  await workspace.write('long.jsonl', long.bytes);
  await runCli(workspace, ['push', ...store.flags, ...maxLine, 'long.jsonl']);
  expect((await list(workspace)).lines).toBe(1);
  const { code, report } = await runForReport(workspace, ['quarantine', 'replay', ...store.flags]);
  expect(code).toBe(0);
  expect(report.balance).toMatchObject({ read: 1, delivered: 1, quarantined: 0 });
  expect(await filesBelow(await folderOf(workspace))).toEqual([]);
  const { objects, faults } = await readExport(store);
  expect(faults).toEqual([]);
  const longLine = long.lines.find(({ kind }) => kind === 'bad')?.bytes.toString('latin1') ?? '';
  expect(objects.filter(({ lines }) => lines.includes(longLine))).toHaveLength(1);
});

test('a replay of some types leaves the lines of the others where they wait: nobody else has them', async () => {
  const workspace = await newWorkspace();
  await workspace.write('doors.jsonl', doorInput);
  await workspace.write('door.json', doorSchema);
  await runCli(workspace, ['push', '--to', 'export', 'doors.jsonl']);
  const replay = ['quarantine', 'replay', '--to', 'export', '--schema', 'door.json'];
  await runCli(workspace, [...replay, '--types', 'query']);
  await runCli(workspace, replay);
  const found = await readExport(folderStore(workspace.path('export')));
  expect(differencesFrom(doorEvents, found)).toEqual([]);
});

test('a dry run of a replay leaves quarantine and store as they are', async () => {
  const workspace = await newWorkspace();
  await workspace.write('doors.jsonl', doorInput);
  await workspace.write('door.json', doorSchema);
  await runCli(workspace, ['push', '--to', 'export', 'doors.jsonl']);
  const before = await readQuarantine(await folderOf(workspace));
  const stored = await filesBelow(workspace.path('export'));
  const { report } = await runForReport(workspace, [
    'quarantine',
    'replay',
    '--to',
    'export',
    '--schema',
    'door.json',
    '--dry-run',
  ]);
  expect(report.balance).toMatchObject({ read: 5, quarantined: 2 });
  expect(await readQuarantine(await folderOf(workspace))).toEqual(before);
  expect(await filesBelow(workspace.path('export'))).toEqual(stored);
});

test('a line of 40 MiB is set aside, whole, without being held in memory', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const around = generateInput({ seed: 63, lines: 50 });
  const aroundEvents = eventsOf(around);
  const cut = around.lines[20]?.byteOffset ?? 0;
  const piece = Buffer.alloc(mib, 'x');
  const head = Buffer.from('{"padding":"');
  async function* pieces(): AsyncGenerator<Buffer> {
    yield around.bytes.subarray(0, cut);
    yield head;
    for (let count = 0; count < 40; count++) yield await Promise.resolve(piece);
    yield Buffer.from('"}\n');
    yield around.bytes.subarray(cut);
  }
  const { code, report } = await runForReport(workspace, ['push', ...store.flags], {
    stdin: pieces(),
    measureMemory: true,
  });
  expect(code).toBe(5);
  expect(report.balance).toMatchObject({ read: 51, delivered: 50, quarantined: 1 });
  expect(report.quarantine.reasons).toMatchObject([{ reason: 'too-long', lines: 1 }]);
  expect(differencesFrom(aroundEvents, await readExport(store))).toEqual([]);
  const [waiting] = await readQuarantine(await folderOf(workspace));
  expect(waiting).toMatchObject({ line: 21, offset: cut, reason: 'too-long' });
  const expected = createHash('sha256').update(head);
  for (let count = 0; count < 40; count++) expected.update(piece);
  expect(
    createHash('sha256')
      .update(waiting?.bytes ?? '')
      .digest('hex'),
  ).toBe(expected.update('"}').digest('hex'));
  expect(await peakBytes(workspace)).toBeLessThan(250 * mib);
});
