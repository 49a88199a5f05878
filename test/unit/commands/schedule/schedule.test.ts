import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scheduleFormats } from '../../../../src/core/schedule/formats.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { cronCommand, systemdWords } from '../../core/schedule/readers.ts';
import { collectProfile, nastyInputs, profile, program, scheduled, textOf } from './scheduling.ts';

const lineOf = (text: string, name: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);

test.each(scheduleFormats)('%s says where the profile delivers to, and is the same each time', (format) => {
  const text = textOf(format);
  for (const word of ['s3://acme-audit/altr', 'eu-central-1', profile.role.arn, 'acme'])
    expect(text).toContain(word);
  expect(textOf(format)).toBe(text);
});

test.each(scheduleFormats)('the JSON of %s matches its schema', (format) => {
  expect(schemaErrors('schedule', scheduled(format))).toEqual([]);
});

describe('systemd', () => {
  test('runs audit-export with every input as it was given, and the configuration that systemd hands over', () => {
    const line = lineOf(textOf('systemd'), 'ExecStart') ?? '';
    expect(systemdWords(line, { CREDENTIALS_DIRECTORY: '/run/credentials' })).toEqual([
      ...program,
      'push',
      '--profile',
      'acme',
      '--config',
      '/run/credentials/config.json',
      '--quiet',
      '--',
      ...nastyInputs,
    ]);
  });

  test.each([
    ['1h', '*-*-* *:MM:00 UTC'],
    ['6h', '*-*-* 00/6:MM:00 UTC'],
    ['24h', '*-*-* 00:MM:00 UTC'],
  ])('every %s is the calendar %s, and makes up for what was missed', (every, calendar) => {
    const text = textOf('systemd', { every });
    expect(lineOf(text, 'OnCalendar')?.replace(/:\d\d:00 /, ':MM:00 ')).toBe(calendar);
    expect(lineOf(text, 'Persistent')).toBe('true');
  });

  test('hours that do not divide the day are counted from run to run', () => {
    const text = textOf('systemd', { every: '5h' });
    expect([lineOf(text, 'OnUnitActiveSec'), lineOf(text, 'OnCalendar')]).toEqual(['5h', undefined]);
  });

  test('the service has a user of its own, its state, and little else', () => {
    const text = textOf('systemd');
    for (const line of [
      'DynamicUser=yes',
      'StateDirectory=audit-export-acme',
      'Environment=XDG_STATE_HOME=/var/lib/audit-export-acme',
      'Environment=AUDIT_EXPORT_CONFIG=/home/me/audit-export.json',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'NoNewPrivileges=yes',
      'PrivateTmp=yes',
      'CapabilityBoundingSet=',
      'LoadCredential=config.json:/home/me/audit-export.json',
      'RandomizedDelaySec=300',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text, 'V8 compiles at run time').not.toContain('MemoryDenyWriteExecute');
  });

  test('a user that is named takes the place of its own, and homes are readable where something lies in one', () => {
    const text = textOf('systemd', { user: 'audit' }, { inputs: ['/home/me/events'] });
    expect([lineOf(text, 'User'), lineOf(text, 'DynamicUser'), lineOf(text, 'ProtectHome')]).toEqual([
      'audit',
      undefined,
      'read-only',
    ]);
  });

  test('a program in a home folder is told of, where the user of the service can not enter it', () => {
    const told = 'lies in a home folder';
    expect(textOf('systemd')).not.toContain(told);
    expect(textOf('systemd', {}, {}, { program: ['/home/me/.nvm/node', '/home/me/x.js'] })).toContain(told);
    expect(
      textOf('systemd', { user: 'me' }, {}, { program: ['/home/me/.nvm/node', '/home/me/x.js'] }),
    ).not.toContain(told);
  });

  test('a store that is a folder, and the folder of the metrics, can be written', () => {
    const local = { name: 'acme', profile: { to: 'my export' } };
    const text = textOf('systemd', { metricsFile: '/var/lib/node_exporter/audit.prom' }, { profile: local });
    expect(text).toContain('ReadWritePaths="/srv/work/my export"\nReadWritePaths=/var/lib/node_exporter\n');
    expect(lineOf(text, 'ExecStart')).toContain(
      '--to "/srv/work/my export" --metrics-file /var/lib/node_exporter/audit.prom',
    );
  });

  test('the two units come apart with the command that stands in them', () => {
    const folder = scratchFolder();
    const text = textOf('systemd');
    const command = /audit-export schedule … \| (.+)/.exec(text)?.[1] ?? '';
    execFileSync('/bin/sh', ['-c', command], { input: text, cwd: folder });
    expect(readdirSync(folder).toSorted()).toEqual(['audit-export-acme.service', 'audit-export-acme.timer']);
    expect(readFileSync(join(folder, 'audit-export-acme.timer'), 'utf8')).toContain('[Install]');
  });

  const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((file) => existsSync(file));

  test.skipIf(analyze === undefined).each(['1h', '5h', '24h'])(
    'systemd-analyze has nothing against every %s',
    (every) => {
      const folder = scratchFolder();
      // It looks whether the program is there.
      const host = { program: [process.execPath, ...program.slice(1)] };
      const { files } = scheduled('systemd', { every, user: 'root' }, {}, host);
      for (const { file, text } of files) writeFileSync(join(folder, file), text);
      const paths = files.map(({ file }) => join(folder, file));
      const { status, stderr } = spawnSync(analyze ?? '', ['verify', '--man=no', ...paths], {
        encoding: 'utf8',
      });
      const ours = stderr.split('\n').filter((line) => line.includes('audit-export'));
      expect({ status, ours }).toEqual({ status: 0, ours: [] });
    },
  );
});

describe('cron', () => {
  const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

  test.each([
    ['1h', /^\d+ \* \* \* \* /],
    ['6h', /^\d+ \*\/6 \* \* \* /],
    ['24h', /^\d+ 0 \* \* \* /],
  ])('every %s', (every, start) => {
    expect(lastLine(textOf('cron', { every }))).toMatch(start);
  });

  test.each([true, false])('runs audit-export with every input as it was given (Vixie: %s)', (strict) => {
    const command = cronCommand(lastLine(textOf('cron')).split(' ').slice(5).join(' '), strict);
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    expect(words.split('\n').slice(0, -1)).toEqual([
      'XDG_STATE_HOME=/home/me/.local/state',
      ...program,
      'push',
      '--profile',
      'acme',
      '--config',
      '/home/me/audit-export.json',
      '--quiet',
      '--',
      ...nastyInputs,
    ]);
  });

  test.each([true, false])(
    'keeps state where this user keeps it, whatever its name (Vixie: %s)',
    (strict) => {
      const stateHome = "/srv/it's 100% $HOME/a state";
      const print = ['/bin/sh', '-c', 'printf "%s" "$XDG_STATE_HOME"', '-'];
      const line = lastLine(textOf('cron', {}, {}, { stateHome, program: print }));
      const command = cronCommand(line.split(' ').slice(5).join(' '), strict);
      expect(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })).toBe(stateHome);
      expect(lastLine(textOf('cron', {}, {}, { stateHome: undefined }))).not.toContain('XDG_STATE_HOME');
    },
  );

  test('says where a gap is shorter', () => {
    expect(textOf('cron', { every: '7h' })).toContain(
      "(0, 7, 14, 21 o'clock): over midnight it is 3 h instead of 7 h",
    );
    expect(textOf('cron', { every: '8h' })).not.toContain('over midnight');
  });

  test('a line that is longer than cron takes is refused', () => {
    const inputs = Array.from({ length: 50 }, (_, index) => `/var/log/altr/events-${index}.jsonl`);
    expect(() => textOf('cron', {}, { inputs })).toThrow(/cron takes 998/);
  });
});

test.each(['systemd', 'cron', 'kubernetes-cronjob'] as const)(
  '%s runs collect too, without inputs',
  (format) => {
    const request = { inputs: [], profile: { name: 'acme', profile: collectProfile } };
    const text = textOf(format, { command: 'collect' }, request);
    expect(text).toMatch(/collect[\s"-]+snowflake/);
    expect(text).not.toContain('/input');
    expect(scheduled(format, { command: 'collect' }, request).name).toBe('audit-export-collect-acme');
  },
);

describe('what can not be is refused, with its cure', () => {
  test.each<[string, string, Parameters<typeof scheduled>]>([
    ['no --every', 'missing-answer', ['systemd', { every: undefined }]],
    ['no profile', 'missing-answer', ['cron', {}, { profile: undefined }]],
    ['no inputs', 'missing-answer', ['cron', {}, { inputs: [] }]],
    [
      'a profile that delivers nowhere',
      'missing-answer',
      ['cron', {}, { profile: { name: 'a', profile: {} } }],
    ],
    [
      'a draft',
      'draft-profile',
      ['cron', {}, { profile: { name: 'a', profile: { ...profile, state: 'draft' } } }],
    ],
    ['an input beside the volume of a pod', 'usage', ['kubernetes-cronjob', {}, { inputs: ['a/../../b'] }]],
    ['stdin', 'usage', ['cron', {}, { inputs: ['-'] }]],
    ['a line end in a path', 'usage', ['cron', {}, { inputs: ['/a\n* * * * * rm'] }]],
    [
      'a line end in a store',
      'usage',
      ['systemd', {}, { profile: { name: 'a', profile: { to: '/a\nUser=root' } } }],
    ],
    ['inputs for collect', 'usage', ['cron', { command: 'collect' }]],
    ['a Deployment of collect', 'usage', ['kubernetes-deployment', { command: 'collect' }, { inputs: [] }]],
    ['a Deployment every hour', 'usage', ['kubernetes-deployment', { every: '1h' }]],
    ['a user with a space', 'usage', ['systemd', { user: 'a b' }]],
  ])('%s: %s', (_, code, given) => {
    expect(() => scheduled(...given)).toThrow(
      expect.objectContaining({ code, cure: expect.any(String) as string }),
    );
  });
});

test.each([
  ['acme', 'audit-export-acme'],
  ['Acme Corp. (EU)', 'audit-export-acme-corp-eu'],
  ['x'.repeat(80), `audit-export-${'x'.repeat(33)}`],
])('the profile %s is the unit %s', (name, unit) => {
  expect(scheduled('systemd', {}, { profile: { name, profile } }).name).toBe(unit);
});

describe('collect is given what it reads where it runs, by absolute names', () => {
  const request = { inputs: [], profile: { name: 'acme', profile: collectProfile } };

  test('systemd hands over the maps and the key', () => {
    const text = textOf('systemd', { command: 'collect' }, request);
    for (const line of [
      'LoadCredential=user-map.csv:/srv/work/maps/users.csv',
      'LoadCredential=data-sources.json:/srv/objects.json',
      'LoadCredential=snowflake-key.p8:/srv/work/key.p8',
      'Environment=SNOWFLAKE_PRIVATE_KEY_PATH=%d/snowflake-key.p8',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toContain('--user-map ${CREDENTIALS_DIRECTORY}/user-map.csv');
  });

  test('Kubernetes mounts them, and says how they are made', () => {
    const text = textOf('kubernetes-cronjob', { command: 'collect' }, request);
    expect(text).toContain('--from-file=user-map.csv=/srv/work/maps/users.csv');
    for (const word of ['/files/user-map.csv', '/key/snowflake-key.p8', '-files', '-key'])
      expect(text).toContain(word);
  });

  test('cron names them in full, and the key', () => {
    const text = textOf('cron', { command: 'collect' }, request);
    for (const word of ['SNOWFLAKE_PRIVATE_KEY_PATH=/srv/work/key.p8', '--user-map /srv/work/maps/users.csv'])
      expect(text.split('\n').at(-2)).toContain(` ${word} `);
  });

  test('what only the environment says is said by flags, for nothing that runs later has it', () => {
    const { snowflakeAccount: _, snowflakeUser: __, ...others } = collectProfile;
    const host = { snowflake: { account: 'acme.prod', user: '"audit svc"', role: 'R' } };
    const without = { inputs: [], profile: { name: 'acme', profile: others } };
    const text = textOf('cron', { command: 'collect' }, without, host);
    expect(text).toContain(`--account acme.prod --user '"audit svc"' --role R `);
    // What the profile says counts.
    const both = textOf('cron', { command: 'collect' }, request, host);
    expect(both).not.toContain('acme.prod');
    expect(both).toContain('--role R ');
  });

  test.each([
    ['snowflakeAccount', ['snowflakeAccount']],
    ['snowflakeUser', ['snowflakeUser']],
    ['userMap, dataSources', ['userMap', 'dataSources']],
  ])('what would not run for want of %s is refused', (missing, members) => {
    const left = Object.fromEntries(
      Object.entries(collectProfile).filter(([name]) => !members.includes(name)),
    );
    const without = { inputs: [], profile: { name: 'acme', profile: left as typeof profile } };
    expect(() => textOf('systemd', { command: 'collect' }, without)).toThrow(
      expect.objectContaining({ code: 'missing-answer', details: { missing } }),
    );
  });

  test('a token needs no user, everybody and everything no maps, and an address no name', () => {
    const others = { ...profile, snowflakeAccountUrl: 'https://acme.example', unmapped: 'keep' };
    const without = { inputs: [], profile: { name: 'acme', profile: others } };
    expect(textOf('systemd', { command: 'collect' }, without, { snowflake: {} })).toContain(
      'collect snowflake',
    );
  });

  test('a file whose name would begin a line of its own is refused', () => {
    const others = { ...collectProfile, userMap: 'a\nExecStart=/bin/sh' };
    const nasty = { inputs: [], profile: { name: 'acme', profile: others } };
    expect(() => textOf('systemd', { command: 'collect' }, nasty)).toThrow(/control character/);
  });

  test('push knows nothing of them', () => {
    expect(textOf('systemd', {}, { profile: request.profile })).not.toMatch(/user-map|snowflake/);
  });
});
