import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeEvents, generateEvents } from '../../../bench/generator/events.mjs';
import type { GeneratorOptions } from '../../../bench/generator/events.mjs';

function run(...args: string[]): { status: number | null; stdout: Buffer; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/generator/cli.mjs', ...args], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 20_000,
  });
  return { status, stdout, stderr: stderr.toString() };
}

test('flags mean the same as options', () => {
  const flags =
    '--seed 7 --bytes 0.5MiB --from 2026-11-09T00:00:00Z --hours 6 --types query=2,alert=1 --late 0.1';
  const { status, stdout } = run(
    ...flags.split(' '),
    '--damage',
    '0.1',
    '--damages',
    'blank,crlf',
    '--order',
    'random',
  );
  const expected = generateEvents({
    seed: 7,
    bytes: 512 * 1024,
    fromMs: Date.UTC(2026, 10, 9),
    hours: 6,
    types: { query: 2, alert: 1 },
    late: 0.1,
    damage: 0.1,
    damages: ['blank', 'crlf'],
    order: 'random',
  });
  expect(status).toBe(0);
  expect(stdout.equals(Buffer.concat([...expected]))).toBe(true);
});

test('--describe writes one expectation a line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'generator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'expected.jsonl');
  const options: GeneratorOptions = { lines: 200, place: ['no-event-time', 'too-long'], tooLongBytes: 5000 };
  const { status, stdout } = run(
    '--lines',
    '200',
    '--place',
    'no-event-time,too-long',
    '--too-long',
    '5000',
    '--describe',
    file,
  );
  const chunks = [...describeEvents(options)];
  expect(status).toBe(0);
  expect(stdout.equals(Buffer.concat(chunks.map(({ bytes }) => bytes)))).toBe(true);
  const described = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(described.map((line) => JSON.parse(line) as unknown)).toEqual(
    chunks.flatMap(({ expectations }) => expectations),
  );
});

test.each([
  ['--lines', 'many'],
  ['--bytes', '3 parsecs'],
  ['--lines', '1', '--from', '2026-11-09'],
  ['--lines', '1', '--types', 'login'],
  ['--lines', '1', '--order', 'sideways'],
  ['--lines', '1', '--colour'],
  [],
])('exit 2 with one line of explanation: %s %s %s %s', (...args) => {
  const { status, stdout, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stdout).toHaveLength(0);
  expect(stderr.trimEnd()).not.toMatch(/\n\s+at /);
  expect(stderr).not.toBe('');
});

test('a reader that closes the pipe ends it quietly', () => {
  const shell = `"${process.execPath}" bench/generator/cli.mjs --bytes 50MiB | head -n 1 | wc -l`;
  const { stdout, stderr } = spawnSync('sh', ['-c', shell], { timeout: 20_000 });
  expect(stdout.toString().trim()).toBe('1');
  expect(stderr.toString()).toBe('');
});
