import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verbs } from '../../../../src/cli/verbs/index.ts';
import { completion } from '../../../../src/commands/completion/index.ts';
import { shells } from '../../../../src/core/completion/render-completion.ts';
import type { Setting } from '../../../../src/core/config/setting.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

/** Where a shell is, if this machine has it. */
function findShell(shell: string): string | undefined {
  const folders = ['/bin', '/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(':')];
  return folders.map((folder) => join(folder, shell)).find((file) => existsSync(file));
}

/** The script of a shell as a file. */
function scriptFile(shell: string): string {
  const file = join(scratchFolder(), shell);
  writeFileSync(file, completion(shell, verbs, ['healthy', 'denied']).script);
  return file;
}

describe.each(shells)('the completion of %s', (shell) => {
  const { script } = completion(shell, verbs, ['healthy', 'denied']);

  test('knows every command and every flag', () => {
    for (const { path, settings } of verbs) {
      for (const word of path) expect(script).toContain(word);
      for (const { flag, short } of Object.values<Setting>({ ...settings, ...globalSettings })) {
        expect(script).toContain(flag);
        const forms = { fish: `-s ${short} -l ${flag}`, zsh: `{-${short},--${flag}}`, bash: `--${flag}` };
        expect(script).toContain(short === undefined ? flag : forms[shell]);
      }
    }
  });

  test('names each command once', () => {
    expect(script).not.toMatch(/\b(snowflake|alerts), \1\b/);
    expect(script).not.toMatch(/'(?:snowflake|alerts):[^']*'\s+'(?:snowflake|alerts):/);
  });

  test.skipIf(findShell(shell) === undefined)('is a script without mistakes in its grammar', () => {
    execFileSync(findShell(shell) ?? '', ['-n', scriptFile(shell)], { stdio: 'pipe' });
    expect(script.endsWith('\n')).toBe(true);
  });

  test('is JSON of its schema with --json', () => {
    expect(schemaErrors('completion', completion(shell, verbs, ['healthy', 'denied']))).toEqual([]);
  });
});

test.each([
  ['zhs', 'Did you mean zsh?'],
  ['powershell', 'Use one of: bash, zsh, fish'],
])('%s is refused: %s', (shell, cure) => {
  expect(() => completion(shell, verbs, ['healthy', 'denied'])).toThrow(
    expect.objectContaining({ code: 'usage', cure }),
  );
});

/** What is typed, and some of what is offered and is not. */
const cases: [typed: string[], offered: string[], not: string[]][] = [
  [[''], ['push', 'quarantine', 'completion', 'schedule'], ['list', '--to']],
  [['pu'], ['push'], ['init']],
  [['quarantine', ''], ['list', 'replay'], ['push']],
  [['--profile', 'push', 'qu'], ['quarantine'], []],
  [['push', '--'], ['--to', '--partition', '--json'], ['list']],
  [['push', '--partition', ''], ['day', 'hour'], ['--to']],
  [['push', '--partition', 'hour', '--comp'], ['--compression'], ['--partition']],
  [['quarantine', 'replay', '--par'], ['--partition'], ['--profile']],
  [['schedule', '--format', 'kub'], ['kubernetes-cronjob', 'kubernetes-deployment'], ['systemd']],
  [['iam', 'show', '--format', ''], ['terraform', 'json'], ['cron']],
  [['completion', ''], ['bash', 'zsh', 'fish'], []],
  [['push', '--to', ''], [], ['day', 'list', '--to']],
  [['push', '--', ''], [], ['list', '--to']],
  [['push', '--region', 'eu-c'], ['eu-central-1', 'eu-central-2'], ['us-east-1']],
  [['push', '--types', ''], ['query', 'native-query'], ['--to']],
  [['rehearse', '--scenario', ''], ['healthy', 'denied'], ['--to']],
  [['types', 'show', 'na'], ['native-query'], ['query']],
  [['config', 'set', 'obj'], ['objectSize'], ['to']],
  [['config', 'get', ''], ['to', 'objectSize'], ['--to']],
  [
    ['push', '--profile', ''],
    ['acme', 'other'],
    ['--to', 'list'],
  ],
];

const bash = findShell('bash');
describe.skipIf(bash === undefined)('bash offers', () => {
  test.each(cases)('behind %j: %j', (typed, offered, not) => {
    const program = `source "$1"; shift; audit-export() { printf 'acme\\nother\\n'; }; COMP_WORDS=(audit-export "$@"); COMP_CWORD=$#; _audit_export; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync(
      bash ?? '',
      ['--norc', '-euc', program, 'bash', scriptFile('bash'), ...typed],
      {
        encoding: 'utf8',
      },
    );
    const replies = output.split('\n').filter((line) => line !== '');
    expect(replies).toEqual(expect.arrayContaining(offered));
    expect(replies.filter((reply) => not.includes(reply))).toEqual([]);
    expect(replies.filter((reply) => !reply.startsWith(typed.at(-1) ?? ''))).toEqual([]);
  });
});

const fish = findShell('fish');
describe.skipIf(fish === undefined)('fish offers', () => {
  test.each(cases)('behind %j: %j', (typed, offered, not) => {
    const folder = scratchFolder();
    const line = ['audit-export', ...typed].join(' ');
    const output = execFileSync(
      fish ?? '',
      [
        '--no-config',
        '-c',
        'source $argv[1]; function audit-export; printf "acme\\nother\\n"; end; complete -C $argv[2]',
        scriptFile('fish'),
        line,
      ],
      {
        encoding: 'utf8',
        cwd: folder,
        env: { HOME: folder, PATH: process.env['PATH'] },
      },
    );
    const replies = output.split('\n').map((reply) => reply.split('\t')[0] ?? '');
    expect(replies).toEqual(expect.arrayContaining(offered));
    expect(replies.filter((reply) => not.includes(reply))).toEqual([]);
  });
});

test.skipIf(bash === undefined)('bash offers no files where a value is none', () => {
  const wanted = `source "$1"; shift; compopt() { echo "$*"; }; audit-export() { :; }; COMP_WORDS=(audit-export "$@"); COMP_CWORD=$#; _audit_export || :`;
  const told = (...typed: string[]): string =>
    execFileSync(bash ?? '', ['--norc', '-euc', wanted, 'bash', scriptFile('bash'), ...typed], {
      encoding: 'utf8',
    }).trim();
  for (const flag of ['--profile', '-p', '--region', '--object-size', '--types'])
    expect([flag, told('push', flag, '')]).toEqual([flag, '+o default']);
  for (const typed of [['--to', ''], ['--config', ''], ['']]) expect(told('push', ...typed)).toBe('');
});
