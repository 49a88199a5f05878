import { execFileSync } from 'node:child_process';
import { parse as parseIni } from 'ini';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { ConsumersHost } from '../../../../src/commands/consumers/consumers-host.ts';
import { splunkSettings } from '../../../../src/commands/consumers/splunk/splunk-settings.ts';
import { consumersSplunk } from '../../../../src/commands/consumers/splunk/splunk.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { timeStampOf } from '../../../../src/core/consumers/splunk/time-stamp.ts';
import { columnsOfTypes } from '../../../../src/core/readers/columns/type-columns.ts';
import { buildRowReader, parseLine } from '../../../../src/core/readers/columns/read-row.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { parseTerraform } from '../../terraform.ts';
import { eventLines } from './event-lines.ts';

const types = columnsOfTypes(compiledAuditTypes.map(({ descriptor }) => descriptor));
const now = Date.UTC(2026, 10, 30);

const host: ConsumersHost = {
  clock: { now: () => now },
  signal: new AbortController().signal,
  say: () => undefined,
  readOwnTypes: async () => [],
  openReader: async () => ({
    location: 's3://acme-audit/altr',
    list: async function* () {
      for (let hour = 0; hour < 400; hour++)
        yield {
          key: `audit_type=query/event_date=2026-11-01/${hour}.jsonl.gz`,
          size: 1,
          modifiedMs: now - hour * 3_600_000,
          revision: '1',
        };
    },
    read: () => {
      throw new Error('nothing is read');
    },
    close: async () => undefined,
  }),
  openCatalogue: () => Promise.reject(new Error('not asked for')),
  openEngine: () => Promise.reject(new Error('not asked for')),
};

function reportOf(words: Record<string, string> = {}) {
  const given = { from: 's3://acme-audit/altr', 'bucket-owner': '111122223333', ...words };
  const flags = Object.fromEntries(Object.entries(given).map(([flag, word]) => [flag, [word]]));
  const options = resolveSettings(splunkSettings, { flags, environment: {}, profile: undefined });
  return consumersSplunk({ ...options, region: 'eu-central-1' }, host);
}

type Conf = Record<string, Record<string, string>>;

async function confOf(name: string): Promise<Conf> {
  const { files } = await reportOf();
  const text = files.find(({ file }) => file === name)?.text ?? '';
  // A dot in the name of a section is no nesting in Splunk's files.
  return parseIni(
    text.replaceAll(/^\[(.*)\]$/gm, (_, section: string) => `[${section.replaceAll('.', '\\.')}]`),
  );
}

/** What stands behind TIME_PREFIX in each line, within the lookahead; '' where it does not match. Perl has PCRE's language. */
function behindPrefix(prefix: string, lookahead: number, lines: readonly string[]): string[] {
  const program = `BEGIN { $p = shift @ARGV; $n = shift @ARGV } chomp; print /$p/ ? substr($_, $+[0], $n) : '', "\\n"`;
  const input = lines.map((line) => `${line}\n`).join('');
  const found = execFileSync('perl', ['-ne', program, prefix, String(lookahead)], {
    input,
    encoding: 'utf8',
  });
  return found.split('\n').slice(0, lines.length);
}

function timesOf(type: string, lines: readonly string[]): string[] {
  const { prefix, lookahead } = timeStampOf(types.find((one) => one.type === type)?.times ?? []);
  return behindPrefix(prefix, lookahead, lines);
}

describe('TIME_PREFIX', () => {
  test('finds the event time of each generated event', () => {
    for (const { type, times } of types) {
      const lines = eventLines()
        .filter((line) => line.type === type)
        .map(({ line }) => line);
      const read = buildRowReader(types.find((one) => one.type === type) as (typeof types)[number]);
      const { format } = timeStampOf(times);
      const found = timesOf(type, lines);
      // What TIME_FORMAT can't hold is left to INGEST_EVAL, and is never taken for another time.
      const told = lines.flatMap((line, index) => {
        const ms = read(parseLine(line)).event_time;
        const text = found[index] ?? '';
        const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/.exec(text)?.[0] ?? '';
        return text === '' || ms === null
          ? []
          : [{ line, ms, said: format === '%s%3N' ? Number(text) : Date.parse(iso) }];
      });
      expect(told.filter(({ ms, said }) => ms !== said)).toEqual([]);
      const isUsual = ['query', 'system', 'custom', 'tokenization', 'alert'].includes(type);
      expect(told.length).toBeGreaterThanOrEqual(isUsual ? 1 : 0);
    }
  });

  const time = 1_794_182_440_364;
  const text = (value: string): string => JSON.stringify(value);
  test.each([
    [
      'a text that holds the member',
      `{"eventDetails":{"query":{"text":${text('SELECT \'{"eventTime":1111111111111}\'')}}},"eventTime":${time}}`,
    ],
    [
      'a nested object that holds the member',
      `{"eventDetails":{"actor":{"queryTag":{"eventTime":1111111111111}}},"eventTime":${time}}`,
    ],
    [
      'a list of objects that hold it',
      `{"a":[{"eventTime":1111111111111},[{"eventTime":2222222222222}]],"eventTime":${time}}`,
    ],
    [
      'JSON in a text, escaped twice',
      `{"eventDetails":${text(JSON.stringify({ a: JSON.stringify({ eventTime: 1_111_111_111_111 }) }))},"eventTime":${time}}`,
    ],
    ['a text that ends in a backslash', `{"a":"\\\\","b":"\\"","eventTime":${time}}`],
    ['braces in a text', `{"a":"}{][","b":{"c":"}"},"eventTime":${time}}`],
    [
      'a member whose name ends alike',
      `{"xeventTime":1111111111111,"eventTimeSupplied":1111111111111,"eventTime":${time}}`,
    ],
    ['white space', `{ "a" : 1 , "eventTime" : ${time} }`],
    ['a text as time', `{"eventTime":"${time}"}`],
    ['it stands first', `{"eventTime":${time},"eventDetails":{"eventTime":1}}`],
    ['values of all kinds', `{"a":null,"b":true,"c":-1.5e3,"d":{},"e":[],"eventTime":${time}}`],
    [
      'a text of 100,000 characters',
      `{"a":${text('select "column_name" '.repeat(5000))},"eventTime":${time}}`,
    ],
  ])('is not fooled by %s', (_, line) => {
    expect(timesOf('query', [line])).toEqual([String(time)]);
  });

  test.each([
    ['no such member at the top', '{"a":{"eventTime":1794182440364}}'],
    ['null', '{"eventTime":null,"a":{"eventTime":1794182440364}}'],
    ['another form', '{"eventTime":"2026-11-09T10:00:00Z"}'],
    ['a text alone', JSON.stringify('{"eventTime":1794182440364}')],
  ])('matches nothing where there is %s', (_, line) => {
    expect(timesOf('query', [line])).toEqual(['']);
  });

  test('takes the best field that is there', () => {
    const { prefix } = timeStampOf([
      { at: '/endTime', forms: ['epoch-ms'] },
      { at: '/startTime', forms: ['epoch-ms'] },
    ]);
    const lines = [
      '{"startTime":1111111111111,"endTime":1222222222222}',
      '{"startTime":1111111111111,"endTime":null}',
      '{"startTime":1111111111111}',
      '{"startTime":1111111111111,"endTime":"2026-11-09 10:00:00.000 +0000"}',
    ];
    expect(behindPrefix(prefix, 13, lines)).toEqual(['1222222222222', '1111111111111', '1111111111111', '']);
  });
});

describe('consumers splunk', () => {
  test('the files are settings by section, and every transform that is named is there', async () => {
    const [inputs, props, transforms] = [
      await confOf('inputs.conf'),
      await confOf('props.conf'),
      await confOf('transforms.conf'),
    ];
    expect(Object.values(inputs)[0]).toMatchObject({
      sqs_queue_url: 'https://sqs.eu-central-1.amazonaws.com/111122223333/audit-export-splunk',
      s3_file_decoder: 'CustomLogs',
      index: 'audit',
    });
    const named = Object.values(props).flatMap(
      (settings) => settings['TRANSFORMS-audit_export']?.split(', ') ?? [],
    );
    expect(named).toHaveLength(types.length * 2);
    for (const name of named) expect(Object.keys(transforms)).toContain(name);
    for (const { type } of types)
      expect(Object.keys(props)).toContain(`source::s3://acme-audit/altr/audit_type=${type}/event_date=*/*`);
  });

  test('fields of the Common Information Model come from the standard columns', async () => {
    const props = await confOf('props.conf');
    expect(props['audit_export:query']).toMatchObject({
      'EVAL-user': 'json_extract(_raw,"eventDetails.actor.username")',
      'EVAL-query': 'json_extract(_raw,"eventDetails.query.text")',
    });
    expect(props['audit_export:custom']?.['EVAL-user']).toContain(
      'json_extract(json_extract(_raw,"eventDetails"),"user_name")',
    );
    const expressions = Object.entries(props)
      .filter(([name]) => name.startsWith('audit_export:'))
      .flatMap(([, settings]) => Object.values(settings));
    expect(expressions.filter((expression) => !balanced(expression))).toEqual([]);
  });

  test('the queue is a template that CloudFormation reads, and a module that Terraform reads', async () => {
    const { files } = await reportOf();
    const textOf = (name: string): string => files.find(({ file }) => file === name)?.text ?? '';
    const { Resources } = parseYaml(textOf('queue.yaml')) as { Resources: Record<string, { Type: string }> };
    expect(Object.values(Resources).map(({ Type }) => Type)).toEqual([
      'AWS::SQS::Queue',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ]);
    const module = await parseTerraform(textOf('queue.tf'));
    expect(Object.keys(module['resource'] as object).sort()).toEqual(
      ['aws_s3_bucket_notification', 'aws_sqs_queue', 'aws_sqs_queue_policy'].sort(),
    );
    expect(JSON.stringify(module)).toContain('"filter_prefix":"altr/audit_type="');
  });

  test('--measure says how many objects an hour the input will see', async () => {
    const report = await reportOf({ measure: 'true' });
    expect(report.objectsAnHour).toBeCloseTo(1, 1);
    expect(schemaErrors('consumers-splunk', report)).toEqual([]);
  });

  test.each([
    [{ index: 'a\n[evil]' }, '--index'],
    [{ layout: '{date}' }, 'all types into one folder'],
  ])('refuses %j', async (words, said) => {
    await expect(reportOf(words)).rejects.toThrow(said);
  });
});

/** Whether brackets close outside of texts. */
function balanced(expression: string): boolean {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  let depth = 0;
  for (const sign of bare) {
    depth += sign === '(' ? 1 : 0;
    depth -= sign === ')' ? 1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0 && !bare.includes('"');
}
