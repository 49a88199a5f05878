import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readExport } from './read-export.ts';
import { peakBytes, runCli, runForReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const mib = 1024 * 1024;

/** A custom audit with more members, given as JSON text. */
const event = (members: string, time = '1767225600000'): string =>
  `{"eventTime":${time},"eventID":"custom-audit-1","clientID":"c"${members}}`;
const details = event(',"eventDetails":""').slice(1, -1);

/** Lines that attack a reader, and what must become of them: delivered as they are, or why not. */
const attacks: readonly { name: string; line: string | Buffer; becomes: string }[] = [
  {
    name: 'arrays 100,000 deep',
    line: event(`,"eventDetails":"","x":${'['.repeat(1e5)}${']'.repeat(1e5)}`),
    becomes: 'delivered',
  },
  {
    name: 'objects 100,000 deep',
    line: event(`,"eventDetails":"","x":${'{"x":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
    becomes: 'delivered',
  },
  {
    name: 'arrays that never close',
    line: `${event(',"eventDetails":""').slice(0, -1)},"x":${'['.repeat(1e5)}`,
    becomes: 'not-json',
  },
  {
    name: 'a time too large for a number',
    line: event(',"eventDetails":""', '1e400'),
    becomes: 'impossible-event-time',
  },
  {
    name: 'a time of 400 digits',
    line: event(',"eventDetails":""', '9'.repeat(400)),
    becomes: 'impossible-event-time',
  },
  {
    name: 'a number too large beside it',
    line: event(`,"eventDetails":"","x":${'9'.repeat(5000)}e999999`),
    becomes: 'delivered',
  },
  {
    name: 'a time below zero',
    line: event(',"eventDetails":""', '-1767225600000'),
    becomes: 'impossible-event-time',
  },
  {
    name: 'a time that is a path',
    line: event(',"eventDetails":""', '"../../../etc/passwd"'),
    becomes: 'impossible-event-time',
  },
  { name: 'all its members in __proto__', line: `{"__proto__":{${details}}}`, becomes: 'unknown-type' },
  {
    name: 'a __proto__ among its members',
    line: event(',"eventDetails":"","__proto__":{"eventTime":1}'),
    becomes: 'delivered',
  },
  {
    name: 'a constructor among its members',
    line: event(',"eventDetails":"","constructor":{"prototype":{"x":1}}'),
    becomes: 'delivered',
  },
  { name: 'its time twice, the last one right', line: `{"eventTime":1,${details}}`, becomes: 'delivered' },
  {
    name: 'its time twice, the last one wrong',
    line: `{${details},"eventTime":1}`,
    becomes: 'impossible-event-time',
  },
  {
    name: 'a key with escapes that spells eventTime',
    line: event(',"eventDetails":"","event\\u0054ime":1'),
    becomes: 'impossible-event-time',
  },
  { name: 'a NUL byte in a string', line: event(',"eventDetails":"a\0b"'), becomes: 'not-json' },
  { name: 'an escaped NUL', line: event(',"eventDetails":"a\\u0000b"'), becomes: 'delivered' },
  { name: 'NUL bytes alone', line: '\0\0\0\0', becomes: 'not-json' },
  { name: 'an escaped lone surrogate', line: event(',"eventDetails":"\\ud800"'), becomes: 'delivered' },
  {
    name: 'a lone surrogate in bytes',
    line: Buffer.concat([
      Buffer.from(event(',"eventDetails":"').slice(0, -1)),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('"}'),
    ]),
    becomes: 'invalid-utf8',
  },
  {
    name: 'an overlong slash',
    line: Buffer.concat([
      Buffer.from(event(',"eventDetails":"').slice(0, -1)),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}'),
    ]),
    becomes: 'invalid-utf8',
  },
  {
    name: 'two byte order marks in the middle of the file',
    line: `\ufeff\ufeff${event(',"eventDetails":""')}`,
    becomes: 'not-json',
  },
  {
    name: 'line separators of Unicode in a string',
    line: event(',"eventDetails":"a\u2028b\u2029c\u0085d"'),
    becomes: 'delivered',
  },
  { name: 'a terminal escape', line: '\u001b[31mred\u001b[0m', becomes: 'not-json' },
  {
    name: '10,000 members of one name',
    line: event(`,"eventDetails":""${',"x":1'.repeat(1e4)}`),
    becomes: 'delivered',
  },
  {
    name: 'an event and half of another on one line',
    line: event(',"eventDetails":""').repeat(2).slice(0, -9),
    becomes: 'not-json',
  },
];

const bytesOf = (line: string | Buffer): Buffer => Buffer.from(line as string);
const first = Buffer.from(`${event(',"eventDetails":"the first line"')}\n`);

test('each attack ends as it must, and what is delivered is delivered byte for byte', async () => {
  const workspace = await newWorkspace();
  const lines = attacks.map(({ line }) => Buffer.concat([bytesOf(line), Buffer.from('\n')]));
  await workspace.write('attacks.jsonl', Buffer.concat([first, ...lines]));
  const run = await runForReport(workspace, ['push', '--to', 'export', 'attacks.jsonl']);
  expect(run.report).toMatchObject({ exitCode: 5, balanced: true });

  const listed = await runCli(workspace, ['quarantine', 'list', '--json']);
  const file = await readFile(run.report.quarantine.file ?? '', 'utf8');
  const waiting = file
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as { line: number; reason: string });
  const reasons = new Map(waiting.map(({ line, reason }) => [line, reason]));
  const outcomes = attacks.map(({ name }, index) => [name, reasons.get(index + 2) ?? 'delivered']);
  expect(outcomes).toEqual(attacks.map(({ name, becomes }) => [name, becomes]));

  const { objects, faults } = await readExport(folderStore(workspace.path('export')));
  const good = lines.filter((_, index) => attacks[index]?.becomes === 'delivered');
  expect(faults).toEqual([]);
  expect(Buffer.concat(objects.map(({ content }) => content)).equals(Buffer.concat([first, ...good]))).toBe(
    true,
  );
  // Nothing of a hostile line reaches the terminal as it is.
  expect(run.stderr + listed.stdout).not.toContain('\u001b[31m');
});

describe('what is too large', () => {
  test('a line of 100 MB is set aside whole, in bounded memory', async () => {
    const workspace = await newWorkspace();
    const long = Buffer.concat([first, Buffer.alloc(100 * 1e6, 'a'), Buffer.from('\n'), first]);
    await workspace.write('long.jsonl', long);
    const run = await runForReport(workspace, ['push', '--to', 'export', 'long.jsonl'], {
      measureMemory: true,
    });
    expect(run.report.balance).toMatchObject({ read: 3, delivered: 2, quarantined: 1 });
    expect(await peakBytes(workspace)).toBeLessThan(400 * mib);
  });

  test('a gzip bomb (200 MiB of zeros in 200 KB) is a line that is too long, in bounded memory', async () => {
    const workspace = await newWorkspace();
    await workspace.write(
      'bomb.jsonl.gz',
      gzipSync(Buffer.concat([first, Buffer.alloc(200 * mib)]), { level: 9 }),
    );
    const run = await runForReport(workspace, ['push', '--to', 'export', 'bomb.jsonl.gz'], {
      measureMemory: true,
    });
    expect(run.report.balance).toMatchObject({ read: 2, delivered: 1, quarantined: 1 });
    expect(await peakBytes(workspace)).toBeLessThan(400 * mib);
  });

  test('10 million empty lines are counted, and make nothing', async () => {
    const workspace = await newWorkspace();
    await workspace.write(
      'empty.jsonl.gz',
      gzipSync(Buffer.concat([first, Buffer.alloc(1e7, '\n')]), { level: 1 }),
    );
    const run = await runForReport(workspace, ['push', '--to', 'export', 'empty.jsonl.gz']);
    expect(run.report.balance).toMatchObject({ read: 1e7 + 1, delivered: 1, blank: 1e7 });
  });
});

describe('path tricks', () => {
  test.each(['../up', 'a%2e%2e', 'a\nb'])(
    'a type of a user named %j is refused before anything is written',
    async (type) => {
      const workspace = await newWorkspace();
      await workspace.write('events.jsonl', first);
      const schema = {
        $id: 'urn:example:own:v1',
        title: 'own',
        type: 'object',
        'x-audit-export': {
          type,
          vendor: 'me',
          recognise: { required: ['own'] },
          eventTime: [{ at: '/t', forms: ['epoch-ms'] }],
        },
      };
      await workspace.write('own.json', JSON.stringify(schema));
      const run = await runCli(workspace, ['push', '--to', 'export', '--schema', 'own.json', 'events.jsonl']);
      expect(run.code).toBe(3);
      expect(await filesBelow(workspace.path('export'))).toEqual([]);
    },
  );

  test.each(['../{type}', '{type}/../../up', '{type}/%2e%2e/x', '{type}\n'])(
    'a layout %j is refused, or stays below the folder',
    async (layout) => {
      const workspace = await newWorkspace();
      await workspace.write('in/events.jsonl', first);
      const run = await runCli(workspace, ['push', '--to', 'deep/export', '--layout', layout, 'in']);
      const written = (await filesBelow(workspace.folder)).filter((path) => path.endsWith('.jsonl.gz'));
      expect([0, 2]).toContain(run.code);
      expect(written.every((path) => path.startsWith('deep/export/'))).toBe(true);
      expect(written).toHaveLength(run.code === 0 ? 1 : 0);
    },
  );
});
