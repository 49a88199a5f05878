import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logFormatOf } from '../../../src/cli/terminal/log-format.ts';
import { run } from '../../../src/cli/run.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

test.each<[string[], Record<string, string>, string]>([
  [['push'], {}, 'text'],
  [['push', '--log-format', 'json'], {}, 'json'],
  [['push', '--log-format=json'], {}, 'json'],
  [['push', '--log-format', 'xml'], {}, 'text'],
  [['push', '--log-format'], {}, 'text'],
  [['push'], { AUDIT_EXPORT_LOG_FORMAT: 'json' }, 'json'],
  [['push', '--log-format', 'text'], { AUDIT_EXPORT_LOG_FORMAT: 'json' }, 'text'],
  [['rehearse', '--', 'x', '--log-format', 'json'], {}, 'text'],
])('%j with %j is %s', (argv, environment, format) => {
  expect(logFormatOf(argv, environment)).toBe(format);
});

interface Line {
  time: string;
  level: string;
  event: string;
  message: string;
  [fact: string]: unknown;
}

async function call(argv: readonly string[], input = '') {
  const { context, stdout, stderr } = capturedTerminal(input);
  const exitCode = await run([...argv, '--log-format', 'json'], context);
  const lines = stderr().split('\n').slice(0, -1);
  return { exitCode, stdout: stdout(), lines: lines.map((line) => JSON.parse(line) as Line) };
}

const event = '{"eventID":"custom-audit-1","eventTime":1767225600000,"clientID":"c","eventDetails":"{}"}';

describe('with --log-format json, all that goes to stderr is one JSON object a line', () => {
  test('a run that ends well says so, and stdout is what it is otherwise', async () => {
    const folder = scratchFolder();
    const push = ['push', '--to', join(folder, 'export'), '--quarantine', join(folder, 'bad')];
    const { exitCode, stdout, lines } = await call(push, `${event}\noops\n`);
    expect([exitCode, stdout.includes('1 delivered, 1 quarantined')]).toEqual([5, true]);
    expect(lines).toMatchObject([
      {
        level: 'info',
        event: 'finished',
        outcome: 'delivered-with-quarantine',
        exitCode: 5,
        balance: { read: 2, delivered: 1, quarantined: 1 },
      },
    ]);
  });

  test('a run that fails tells its error with code, cure and details, then how it ended', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'export'));
    writeFileSync(join(folder, 'export', 'audit_type=custom'), '');
    const { exitCode, lines } = await call(['push', '--to', join(folder, 'export')], event);
    expect(exitCode).toBe(6);
    expect(lines.map(({ level, event, code }) => ({ level, event, code }))).toEqual([
      { level: 'error', event: 'failed', code: 'store-failed' },
      { level: 'info', event: 'finished', code: undefined },
    ]);
    expect(lines[0]).toMatchObject({ exitCode: 6, cure: expect.any(String) as string, details: {} });
  });

  test.each<[string, string[], Partial<Line>]>([
    ['an answer that is missing', ['push'], { code: 'missing-answer', details: { missing: '--to' } }],
    ['a flag that does not exist', ['push', '--colour'], { code: 'usage' }],
    ['a command that does not exist', ['psuh'], { code: 'usage' }],
    ['a command that needs another one', ['quarantine'], { code: 'usage' }],
    ['a value that can not be', ['push', '--to', 'x', '--object-size', 'huge'], { code: 'usage' }],
  ])('%s', async (_, argv, facts) => {
    const { exitCode, lines } = await call(argv, event);
    expect(exitCode).toBe(2);
    expect(lines).toMatchObject([{ level: 'error', event: 'failed', exitCode: 2, ...facts }]);
    expect(lines[0]?.message, 'for people, and no name of a rule').toMatch(/^[A-Z-'"`a-z].{8,}/);
    expect(lines[0]?.message).not.toContain('(outputHelp)');
  });

  test('what other commands write there as text', async () => {
    const { lines } = await call(['iam', 'show', ...iamAnswers]);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatchObject({ level: 'info', event: 'iam-show' });
  });
});

const iamAnswers = [
  ['--account-id', '444455556666'],
  ['--organization-id', '1c42465e-4bf2-4e83-90d6-f6fbcac03634'],
  ['--bucket', 'acme-audit'],
  ['--prefix', 'altr'],
  ['--role-name', 'ALTRPublishSIEMData'],
  ['--policy-name', 'acme.s3.policy'],
  ['--region', 'eu-central-1'],
].flat();

test('a form that there is not is refused', async () => {
  const { context, stderr } = capturedTerminal(event);
  expect(await run(['push', '--to', 'x', '--log-format', 'xml'], context)).toBe(2);
  expect(stderr()).toContain('"xml" is none of text, json');
});
