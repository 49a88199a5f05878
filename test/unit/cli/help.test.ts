import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { verbs } from '../../../src/cli/verbs/index.ts';
import { globalSettings } from '../../../src/core/config/global-settings.ts';
import type { Setting } from '../../../src/core/config/setting.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { promiseErrors } from '../../fakes/json-schema.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

async function call(argv: readonly string[], workingFolder = '/', columns?: number) {
  const { context, stdout, stderr } = capturedTerminal('', { workingFolder });
  if (columns !== undefined) Object.assign(context.stdout, { isTTY: true, columns });
  const exitCode = await run(argv, context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

const paths = verbs.map(({ path }) => path.join(' '));

test.each(['', ...paths])('%s --help fits 80 columns', async (path) => {
  const { exitCode, stdout } = await call([...path.split(' ').filter(Boolean), '--help']);
  expect(exitCode).toBe(0);
  const tooLong = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
  // Only what can't be broken is longer: a quoted question, or a pipe into another program.
  expect(tooLong.filter((line) => !/["']/.test(line))).toEqual([]);
});

test.each(paths)(
  '%s --help names the flags of every command, and leaves what they are to audit-export --help',
  async (path) => {
    const { stdout } = await call([...path.split(' '), '--help']);
    expect(stdout).not.toContain(globalSettings.noInput.help);
    for (const { flag } of Object.values<Setting>(globalSettings)) expect(stdout).toContain(`--${flag}`);
  },
);

test('every value of a choice is in the help', async () => {
  for (const { path, settings } of verbs) {
    const { stdout } = await call([...path, '--help']);
    for (const { choices = [], flag } of Object.values(settings))
      for (const word of choices.filter((choice) => !/^\d$/.test(choice)))
        expect(stdout, `${path.join(' ')} --${flag}`).toContain(word);
  }
});

test('help is broken for a narrow terminal too', async () => {
  const { stdout } = await call(['push', '--help'], '/', 50);
  const prose = stdout.split('\n').filter((line) => /^[A-Z]/.test(line));
  expect(prose.filter((line) => line.length > 50)).toEqual([]);
});

test('without a command it is said where a configuration was looked for, and what comes next', async () => {
  const folder = scratchFolder();
  const { exitCode, stdout, stderr } = await call([], folder);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain(join(folder, 'audit-export.json'));
  expect(stdout).toContain('audit-export init');
});

test('without a command what is set up here is shown, each with its next command', async () => {
  const folder = scratchFolder();
  const file = join(folder, 'mine.json');
  writeFileSync(
    file,
    JSON.stringify({
      defaultProfile: 'acme',
      profiles: { acme: { state: 'active', to: 's3://acme-audit/altr' }, begun: { state: 'draft' } },
    }),
  );
  const { stdout } = await call(['--config', file, '-o', 'json'], folder);
  const report = JSON.parse(stdout) as { next: { command: string }[] };
  expect(promiseErrors(report)).toEqual([]);
  expect(report).toMatchObject({ file, profiles: [{ name: 'acme', isDefault: true }, { name: 'begun' }] });
  expect(report.next.map(({ command }) => command)).toEqual([
    `audit-export push --profile acme --config ${file} FILE`,
    `audit-export status --profile acme --config ${file}`,
    `audit-export init --profile begun --config ${file}`,
  ]);
  const text = await call(['--config', file], folder);
  expect(text.stdout).toContain('acme (default)');
});

test.each([
  { words: ['-o', 'json'] },
  { words: ['-ojson'] },
  { words: ['--output', 'json'] },
  { words: ['--output=json'] },
  { words: ['--json'] },
])('$words: an error is JSON too, in its shape', async ({ words }) => {
  const { exitCode, stdout } = await call(['push', ...words]);
  const document = JSON.parse(stdout) as object;
  expect(exitCode).toBe(2);
  expect(promiseErrors(document)).toEqual([]);
  expect(document).toMatchObject({ error: { code: 'missing-answer' } });
});

test('-p, -q and -v are --profile, --quiet and --verbose', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'audit-export.json'), JSON.stringify({ profiles: { acme: { to: folder } } }));
  const missing = await call(['push', '-p', 'acne', '-qv'], folder);
  expect(missing.stderr).toContain('There is no profile "acne"');
  const { stdout } = await call(['config', 'show', '-p', 'acme', '-o', 'json'], folder);
  expect(JSON.parse(stdout)).toMatchObject({ profile: 'acme' });
});
