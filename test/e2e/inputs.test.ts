import { execFile, execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { InputLine } from './generated-input.ts';
import { eventsOf, exampleOptions, generateInput, inOddPieces } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import type { CliOptions } from './run-cli.ts';
import { runForReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 21, lines: 400, hours: 30 });
const events = eventsOf(input);
const texts = events.map(({ bytes }) => bytes.toString('utf8'));
const middle = input.lines[200]?.byteOffset ?? 0;
const firstHalf = input.bytes.subarray(0, middle);
const secondHalf = input.bytes.subarray(middle);
const withCrlf = Buffer.from(texts.join('\r\n'));
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

const newWorkspace = useWorkspaces();

interface Form {
  readonly form: string;
  /** Puts the input somewhere and says how to name it. */
  readonly lay: (workspace: Workspace) => Promise<{ inputs: readonly string[]; stdin?: CliOptions['stdin'] }>;
  readonly blank?: number;
}

const fromFile =
  (name: string, content: Buffer): Form['lay'] =>
  async (workspace) => ({ inputs: [await workspace.write(name, content)] });

const forms: readonly Form[] = [
  {
    form: 'stdin, nothing named',
    lay: async () => await Promise.resolve({ inputs: [], stdin: input.bytes }),
  },
  { form: 'stdin, named -', lay: async () => await Promise.resolve({ inputs: ['-'], stdin: input.bytes }) },
  {
    form: 'stdin in odd pieces',
    lay: async () => await Promise.resolve({ inputs: [], stdin: inOddPieces(input.bytes, 3, 5000) }),
  },
  {
    form: 'stdin, gzip',
    lay: async () => await Promise.resolve({ inputs: ['-'], stdin: gzipSync(input.bytes) }),
  },
  { form: 'a file', lay: fromFile('events.jsonl', input.bytes) },
  { form: 'a file named with spaces and brackets', lay: fromFile('events [1] of {2}.jsonl', input.bytes) },
  {
    form: 'a file and then stdin',
    lay: async (workspace) => ({
      inputs: [await workspace.write('first.jsonl', firstHalf), '-'],
      stdin: secondHalf,
    }),
  },
  {
    form: 'a folder, read in the order of its names, hidden files left out',
    lay: async (workspace) => {
      await workspace.write('logs/b.jsonl', secondHalf);
      await workspace.write('logs/a/1.jsonl', firstHalf);
      await workspace.write('logs/.hidden.jsonl', input.bytes);
      return { inputs: ['logs'] };
    },
  },
  {
    form: 'a glob',
    lay: async (workspace) => {
      await workspace.write('2026/10/b.jsonl', secondHalf);
      await workspace.write('2026/09/a.jsonl', firstHalf);
      await workspace.write('2026/09/a.txt', 'not of the pattern');
      return { inputs: ['2026/**/*.jsonl'] };
    },
  },
  {
    form: 'a file named twice, which is read once',
    lay: async (workspace) => {
      await workspace.write('events.jsonl', input.bytes);
      return { inputs: ['events.jsonl', 'events.jsonl'] };
    },
  },
  { form: 'gzip', lay: fromFile('events.jsonl.gz', gzipSync(input.bytes)) },
  { form: 'gzip without the suffix', lay: fromFile('events.jsonl', gzipSync(input.bytes)) },
  {
    form: 'gzip of two members, the second of which begins within a line',
    lay: fromFile(
      'events.jsonl.gz',
      Buffer.concat([
        gzipSync(input.bytes.subarray(0, middle + 100)),
        gzipSync(input.bytes.subarray(middle + 100)),
      ]),
    ),
  },
  { form: 'lines closed by CRLF, which is no part of a line', lay: fromFile('events.jsonl', withCrlf) },
  {
    form: 'a byte order mark, which is no part of the first line',
    lay: fromFile('events.jsonl', Buffer.concat([byteOrderMark, input.bytes])),
  },
  { form: 'no LF behind the last line', lay: fromFile('events.jsonl', input.bytes.subarray(0, -1)) },
  {
    form: 'blank lines',
    lay: fromFile(
      'events.jsonl',
      Buffer.concat([Buffer.from('\n \n\r\n'), firstHalf, Buffer.from('\n\t\n'), secondHalf]),
    ),
    blank: 5,
  },
];

test.each(forms)('takes $form, and delivers each line byte for byte', async ({ lay, blank = 0 }) => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const { inputs, stdin } = await lay(workspace);
  const { code, report, stderr } = await runForReport(
    workspace,
    ['push', ...store.flags, ...inputs],
    stdin === undefined ? {} : { stdin },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(report.balance).toMatchObject({ read: events.length + blank, delivered: events.length, blank });
  expect(report.sources.map(({ reformatted }) => reformatted)).not.toContain(true);
  expect(differencesFrom(events, await readExport(store))).toEqual([]);
});

/** White space outside strings only, so that numbers, escapes and the order of keys can be seen to stay. */
function printed(text: string, indent: number): string {
  return JSON.stringify(JSON.parse(text), null, indent);
}

const compact: readonly InputLine[] = events.map((line, index) => ({
  ...line,
  bytes: Buffer.from(JSON.stringify(JSON.parse(texts[index] ?? ''))),
}));

test.each([
  { form: 'one JSON array, compact', format: 'array', content: `[${texts.join(',')}]` },
  {
    form: 'one JSON array, pretty-printed',
    format: 'array',
    content: JSON.stringify(
      texts.map((text) => JSON.parse(text) as unknown),
      null,
      2,
    ),
  },
  {
    form: 'objects printed over several lines',
    format: 'objects',
    content: texts.map((text) => printed(text, 4)).join('\n'),
  },
])(
  'takes $form, writes compact lines, and says so: the only case in which bytes change',
  async ({ content, format }) => {
    const workspace = await newWorkspace();
    const store = folderStore(workspace.path('export'));
    await workspace.write('events.json', content);
    const { code, report } = await runForReport(workspace, ['push', ...store.flags, 'events.json']);
    expect(code).toBe(0);
    expect(report.sources).toMatchObject([
      { name: 'events.json', format, reformatted: true, lines: events.length },
    ]);
    expect(differencesFrom(compact, await readExport(store))).toEqual([]);
  },
);

test('numbers and escapes of a pretty-printed event stay as they were written', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const members = [
    '"big": 12345678901234567890',
    '"exact": 1.10',
    '"escaped": "\\u00e9\\/ \\" {,} "',
    '"b": 1',
    '"a": 2',
  ];
  const text = texts.find((text) => text.includes('"clientId"')) ?? '';
  const changed = `${text.slice(0, -1)},${members.join(',')}}`;
  await workspace.write(
    'event.json',
    changed.replace(/^\{/, '{\n  ').replace(`,${members[0]}`, `,\n  ${members[0]}`),
  );
  const { code, report } = await runForReport(workspace, ['push', ...store.flags, 'event.json']);
  expect({ code, sources: report.sources.length }).toEqual({ code: 0, sources: 1 });
  const [object] = (await readExport(store)).objects;
  expect(object?.lines.map((line) => Buffer.from(line, 'latin1').toString('utf8'))).toEqual([
    changed.replaceAll('": ', '":'),
  ]);
});

test('a FIFO is read like a file', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  await mkdir(workspace.path('pipes'));
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', workspace.path('pipes', 'events')]);
  const source = await workspace.write('events.jsonl', input.bytes);
  const writer = execFile('sh', ['-c', 'cat "$1" > "$2"', 'sh', source, workspace.path('pipes', 'events')]);
  const run = await runForReport(workspace, ['push', ...store.flags, 'pipes/events']);
  writer.kill();
  expect(run.code).toBe(0);
  expect(differencesFrom(events, await readExport(store))).toEqual([]);
});

test.skipIf(!('createZstdDecompress' in (await import('node:zlib'))))(
  'takes zstd where Node has it',
  async () => {
    const zlib = (await import('node:zlib')) as unknown as { zstdCompressSync: (bytes: Buffer) => Buffer };
    const workspace = await newWorkspace();
    const store = folderStore(workspace.path('export'));
    await workspace.write('events.jsonl.zst', zlib.zstdCompressSync(input.bytes));
    expect((await runForReport(workspace, ['push', ...store.flags, 'events.jsonl.zst'])).code).toBe(0);
    expect(differencesFrom(events, await readExport(store))).toEqual([]);
  },
);

test.skipIf('createZstdDecompress' in (await import('node:zlib')))(
  'zstd where Node has none is a clear error that says how to go on',
  async () => {
    const workspace = await newWorkspace();
    const store = folderStore(workspace.path('export'));
    await workspace.write('events.jsonl.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]));
    const { code, stderr } = await runForReport(workspace, ['push', ...store.flags, 'events.jsonl.zst']);
    expect(code).toBe(3);
    expect(stderr).toContain('events.jsonl.zst');
    expect(stderr).toContain('zstd -dc');
    expect(await store.list()).toEqual([]);
  },
);

test('examples/events.jsonl holds what its README says', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const example = generateInput(exampleOptions);
  const file = fileURLToPath(new URL('../../examples/events.jsonl', import.meta.url));
  const { code, report } = await runForReport(workspace, ['push', ...store.flags, file]);
  expect(code).toBe(5);
  expect(report.balance).toMatchObject({ read: 64, delivered: 57, quarantined: 6, blank: 1 });
  expect(differencesFrom(eventsOf(example), await readExport(store))).toEqual([]);
});

test('an export that lies within the folder that is pushed is no input: the second run stores nothing', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('logs', 'export'));
  await workspace.write('logs/events.jsonl', input.bytes);
  const args = ['push', '--to', 'logs/export', 'logs'];
  await runForReport(workspace, args);
  const { report } = await runForReport(workspace, args);
  expect(report.balance).toMatchObject({
    read: events.length,
    delivered: 0,
    alreadyDelivered: events.length,
  });
  expect(differencesFrom(events, await readExport(store))).toEqual([]);
});
