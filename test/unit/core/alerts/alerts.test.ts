import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { alertsSettings } from '../../../../src/commands/consumers/alerts/alerts-settings.ts';
import { consumersAlerts } from '../../../../src/commands/consumers/alerts/alerts.ts';
import { alertObject } from '../../../../src/core/alerts/alert-object.ts';
import type { AlertRule } from '../../../../src/core/alerts/alert-rules.ts';
import { buildAlertMatcher, parseAlertRules } from '../../../../src/core/alerts/alert-rules.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { firstRules } from '../../../../src/core/consumers/alerts/mail.ts';
import { buildRowReader, parseLine } from '../../../../src/core/readers/columns/read-row.ts';
import { columnsOfTypes } from '../../../../src/core/readers/columns/type-columns.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { run } from '../../../../src/cli/run.ts';
import { eventLines } from '../consumers/event-lines.ts';
import { parseTerraform } from '../../terraform.ts';

const readers = new Map(
  columnsOfTypes(compiledAuditTypes.map(({ descriptor }) => descriptor)).map((type) => [
    type.type,
    buildRowReader(type),
  ]),
);
const rowOf = (type: string, line: string) => readers.get(type)?.(parseLine(line)) ?? never();
async function runHere(
  folder: string,
  words: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const environment = { XDG_STATE_HOME: `${folder}/state`, HOME: folder };
  const { context, stdout, stderr } = capturedTerminal('', { environment, workingFolder: folder });
  return { code: await run(words, context), stdout: stdout(), stderr: stderr() };
}

function never(): never {
  throw new Error('there is no such type');
}

const alert = eventLines().find(({ type, line }) => type === 'alert' && line.includes('"Block"'));

describe('alert rules', () => {
  const row = {
    ...rowOf('alert', alert?.line ?? ''),
    rows: 500,
    event_time: Date.UTC(2026, 10, 30, 22, 30),
    tags: ['PII=High'],
  };
  const rules: [boolean, Omit<AlertRule, 'name'>][] = [
    [true, { where: { decision: ['BLOCK'] } }],
    [false, { where: { decision: ['mask'] } }],
    [true, { types: ['alert'], where: { action: ['block'] } }],
    [false, { types: ['query'], where: { action: ['block'] } }],
    [true, { where: { tags: ['pii=high'] } }],
    [false, { where: { client_ip: ['10.0.0.1'] } }],
    [true, { moreRowsThan: 499 }],
    [false, { moreRowsThan: 500 }],
    [true, { outside: { from: '07:00', to: '19:00' } }],
    [false, { outside: { from: '07:00', to: '23:00' } }],
    [true, { outside: { from: '07:00', to: '23:00', timeZone: 'Asia/Tokyo', days: ['mon'] } }],
    [false, { outside: { from: '07:00', to: '23:00', timeZone: 'Asia/Tokyo' } }],
    [false, { where: { decision: ['block'] }, moreRowsThan: 1000 }],
  ];
  test.each(rules)('an event is an alert (%s) by %j', (is, rule) => {
    expect(buildAlertMatcher([{ name: 'r', ...rule }])('alert', row)).toEqual(is ? ['r'] : []);
  });

  test('an event without a time is not off hours', () => {
    const matcher = buildAlertMatcher([{ name: 'r', outside: { from: '07:00', to: '08:00' } }]);
    expect(matcher('alert', { ...row, event_time: null })).toEqual([]);
  });

  test('rules to start from are rules', () => {
    expect(parseAlertRules('f', JSON.stringify(firstRules))).toHaveLength(5);
  });

  test.each([
    ['{', 'f holds no alert rules'],
    ['{"rules":[{"name":"a"}]}', '/rules/0'],
    ['{"rules":[{"name":"a","where":{"nonsense":["x"]}}]}', '/rules/0/where'],
    ['{"rules":[{"name":"a b","moreRowsThan":1}]}', '/rules/0/name'],
    ['{"rules":[{"name":"a","outside":{"from":"7","to":"19:00"}}]}', '/rules/0/outside/from'],
    ['{"rules":[{"name":"a","outside":{"from":"07:00","to":"19:00","timeZone":"Mars/Base"}}]}', 'Mars/Base'],
  ])('%s is refused, naming the place', (text, said) => {
    expect(() => parseAlertRules('f', text)).toThrow(said);
  });
});

describe('the object of an alert', () => {
  const { line = '' } = alert ?? {};
  const made = alertObject('altr', {
    type: 'alert',
    rules: ['blocked', 'pii'],
    row: rowOf('alert', line),
    line,
    nowMs: 0,
  });

  test('has a telling key below _alerts/, and the line as it was', () => {
    expect(made.key).toMatch(
      /^altr\/_alerts\/event_date=\d{4}-\d\d-\d\d\/\d{8}T\d{9}Z_blocked\+pii_alert_block_[\w.+-]+_[0-9a-f]{16}\.json$/,
    );
    expect(JSON.parse(made.body.toString())).toMatchObject({
      alert: 1,
      rules: ['blocked', 'pii'],
      audit_type: 'alert',
      decision: 'block',
      line,
    });
  });

  test('what an event says can not lead elsewhere', () => {
    const row = { ...rowOf('alert', line), actor: '../../../etc/passwd', object: ['a/b\nc'] };
    const { key } = alertObject('', { type: 'alert', rules: ['r'], row, line, nowMs: 0 });
    expect(key.split('/')).toHaveLength(3);
    expect(key).not.toMatch(/[\n\\]/);
  });
});

describe('push --alert-rules', () => {
  test('writes each alert once, besides the delivery, and never in a dry run', async () => {
    const folder = scratchFolder();
    const rules = `${folder}/rules.json`;
    const file = `${folder}/events.jsonl`;
    writeFileSync(rules, JSON.stringify({ rules: [{ name: 'blocked', where: { decision: ['block'] } }] }));
    const lines = eventLines();
    writeFileSync(file, lines.map(({ line }) => `${line}\n`).join(''));
    const blocked = lines.filter(
      ({ type, line }) => rowOf(type, line).decision === 'block' && rowOf(type, line).event_time !== null,
    );
    const wanted = new Set(blocked.map(({ line }) => line));
    expect(wanted.size).toBeGreaterThan(0);
    const push = (...more: string[]) =>
      runHere(folder, ['push', '--to', `${folder}/store`, '--alert-rules', rules, '--json', ...more, file]);

    await push('--dry-run');
    expect(existsSync(`${folder}/store/_alerts`)).toBe(false);
    const first = JSON.parse((await push()).stdout) as { alerts: unknown; objects: { key: string }[] };
    expect(first.alerts).toEqual({
      stored: wanted.size,
      alreadyThere: blocked.length - wanted.size,
      failed: 0,
    });
    expect(schemaErrors('push-report', first)).toEqual([]);
    const found = readdirSync(`${folder}/store/_alerts`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(
        (entry) => JSON.parse(readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')) as { line: string },
      );
    expect(new Set(found.map(({ line }) => line))).toEqual(wanted);
    expect(first.objects.some(({ key }) => key.includes('_alerts'))).toBe(false);
    const again = JSON.parse((await push('--again', file)).stdout) as { alerts: unknown };
    expect(again.alerts).toEqual({ stored: 0, alreadyThere: blocked.length, failed: 0 });
  }, 60_000);

  test('alerts that the store does not take stop no delivery: they are counted and named, and written by --reread', async () => {
    const folder = scratchFolder();
    const rules = `${folder}/rules.json`;
    const file = `${folder}/events.jsonl`;
    writeFileSync(rules, JSON.stringify({ rules: [{ name: 'blocked', where: { decision: ['block'] } }] }));
    const lines = eventLines().filter(({ type, line }) => {
      const { decision, event_time } = rowOf(type, line);
      return decision === 'block' && event_time !== null;
    });
    writeFileSync(file, lines.map(({ line }) => `${line}\n`).join(''));
    mkdirSync(`${folder}/store`);
    // No folder can be made there.
    writeFileSync(`${folder}/store/_alerts`, '');
    interface Report {
      outcome: string;
      alerts: { stored: number; alreadyThere: number; failed: number };
      balance: { read: number; delivered: number; quarantined: number };
      problems: { kind: string; message: string; cure: string }[];
    }
    const push = async (...more: string[]): Promise<{ code: number; report: Report }> => {
      const words = [
        'push',
        '--to',
        `${folder}/store`,
        '--alert-rules',
        rules,
        '--retry-for',
        '0s',
        '--json',
      ];
      const { code, stdout } = await runHere(folder, [...words, ...more, file]);
      return { code, report: JSON.parse(stdout) as Report };
    };

    const { code, report } = await push();
    expect(code).toBe(6);
    expect(schemaErrors('push-report', report)).toEqual([]);
    expect(report.outcome).toBe('delivered-in-part');
    expect(report.balance.delivered).toBe(report.balance.read - report.balance.quarantined);
    expect(report.alerts).toMatchObject({ stored: 0, alreadyThere: 0 });
    expect(report.alerts.failed).toBeGreaterThan(0);
    expect(report.problems).toMatchObject([{ kind: 'alert', cure: expect.stringContaining('--reread') }]);

    rmSync(`${folder}/store/_alerts`);
    const again = await push('--reread');
    expect(again).toMatchObject({ code: 0, report: { alerts: { failed: 0 }, balance: { delivered: 0 } } });
    const { stored, alreadyThere } = again.report.alerts;
    expect(stored + alreadyThere).toBe(report.alerts.failed);
  }, 60_000);

  test('a file of rules that is wrong is told before anything is delivered', async () => {
    const folder = scratchFolder();
    const { code, stderr } = await runHere(folder, [
      'push',
      '--to',
      `${folder}/store`,
      '--alert-rules',
      'absent.json',
      folder,
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain('absent.json');
  });
});

describe('consumers alerts', () => {
  const reportOf = (words: Record<string, string[]>) => {
    const flags = { from: ['s3://acme-audit/altr'], email: ['soc@example.org'], ...words };
    const options = resolveSettings(alertsSettings, { flags, environment: {}, profile: undefined });
    return consumersAlerts(options, {
      say: () => undefined,
      openMail: () => Promise.reject(new Error('not asked for')),
    });
  };

  test('the template and the module are those of one rule, one topic and its addresses', async () => {
    const report = await reportOf({ email: ['a@example.org,b@example.org'] });
    expect(schemaErrors('consumers-alerts', report)).toEqual([]);
    const textOf = (name: string): string => report.files.find(({ file }) => file === name)?.text ?? '';
    const { Resources } = parseYaml(textOf('alerts.yaml')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    expect(Object.values(Resources).map(({ Type }) => Type)).toEqual([
      'AWS::SNS::Topic',
      'AWS::Events::Rule',
      'AWS::SNS::TopicPolicy',
    ]);
    expect(Resources['Topic']?.Properties['Subscription']).toHaveLength(2);
    const module = await parseTerraform(textOf('alerts.tf'));
    expect(Object.keys(module['resource'] as object)).toHaveLength(6);
    expect(schemaErrors('alert-rules', JSON.parse(textOf('alert-rules.json')))).toEqual([]);
  });

  test.each<[Record<string, string[]>, string]>([
    [{ email: [] }, 'who gets'],
    [{ email: ['nobody'] }, '--email'],
    [{ name: ['a b'] }, '--name'],
    [{ from: ['./folder'] }, 'folder'],
  ])('refuses %j', async (words, said) => {
    await expect(reportOf(words)).rejects.toThrow(said);
  });
});
