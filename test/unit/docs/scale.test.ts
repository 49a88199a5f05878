import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pushSettings } from '../../../src/commands/push/plan/settings.ts';
import { globalSettings } from '../../../src/core/config/global-settings.ts';
import { parseStoreAddress } from '../../../src/core/config/store-address.ts';
import { authorize } from '../../../src/core/policy/authorize.ts';
import { parsePolicyDocument } from '../../../src/core/policy/document.ts';
import { parseShard } from '../../../src/core/push/shard.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const docs = read('docs/scale.md');
const files = readdirSync(new URL('examples/scale/', root)).toSorted();
const json = (name: string): unknown => JSON.parse(read(`examples/scale/${name}`)) as unknown;

interface Container {
  args: string[];
}
interface Resource {
  kind: string;
  spec: { completions?: number; completionMode?: string; template: { spec: { containers: [Container] } } };
}

function resources(name: string): Resource[] {
  return parseAllDocuments(read(`examples/scale/${name}`)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  });
}

test.each(files)('docs/scale.md leads to %s', (name) => {
  expect(docs).toContain(`(../examples/scale/${name})`);
});

describe('commands', () => {
  const commands: [string, string[]][] = [
    ...['sqs-workers.yaml', 'shard-job.yaml'].flatMap((name) =>
      resources(name)
        .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
        .map(({ kind, spec }): [string, string[]] => [kind, spec.template.spec.containers[0].args]),
    ),
    [
      'AWS Batch',
      (json('batch-job-definition.json') as { containerProperties: { command: string[] } })
        .containerProperties.command,
    ],
  ];

  test.each(commands)('the one of the %s has flags that exist, and values that can be', (_, args) => {
    const known = new Map(
      Object.values({ ...globalSettings, ...pushSettings }).map((setting) => [
        `--${setting.flag}`,
        'value' in setting,
      ]),
    );
    expect(args[0]).toBe('push');
    for (const flag of args.filter((word) => word.startsWith('--')))
      expect([...known.keys()]).toContain(flag);
    const valueOf = (flag: string): string | undefined => args[args.indexOf(flag) + 1];
    expect(parseStoreAddress(valueOf('--to') ?? '')).toEqual({
      kind: 's3',
      bucket: 'audit-target',
      prefix: 'audit',
    });
  });

  test('the numbers of shards are those of the jobs', () => {
    const [job] = resources('shard-job.yaml');
    expect(job?.spec.completionMode).toBe('Indexed');
    const lastOf = (args: string[] | undefined, value: number): number =>
      parseShard(args?.[args.indexOf('--shard') + 1] ?? '', { variable: 'x', value: String(value - 1) })
        .count;
    const { completions = 0, template } = job?.spec ?? {};
    expect(lastOf(template?.spec.containers[0].args, completions)).toBe(completions);
    const { size } = (json('batch-submit-job.json') as { arrayProperties: { size: number } }).arrayProperties;
    expect(lastOf(commands[2]?.[1], size)).toBe(size);
  });
});

describe('rights', () => {
  const queue = 'arn:aws:sqs:us-east-1:111122223333:new-logs';
  const allows = (
    policy: string,
    [action, resource]: [string, string],
    context: Record<string, string> = {},
  ): boolean =>
    authorize(
      {
        caller: {
          arn: 'arn:aws:sts::111122223333:assumed-role/worker/1',
          account: '111122223333',
          kind: 'assumed-role',
        },
        action,
        resource,
        resourceAccount: '111122223333',
        context,
      },
      { identity: [parsePolicyDocument(read(`examples/scale/${policy}`))] },
    ).allowed;

  test.each<[string, string, string, Record<string, string>?]>([
    ['worker-policy.json', 'sqs:ReceiveMessage', queue],
    ['worker-policy.json', 'sqs:ChangeMessageVisibility', queue],
    ['worker-policy.json', 'sqs:DeleteMessage', queue],
    ['worker-policy.json', 's3:GetObject', 'arn:aws:s3:::raw-logs/a'],
    ['worker-policy.json', 's3:GetObjectVersion', 'arn:aws:s3:::raw-logs/a'],
    ['worker-policy.json', 's3:ListBucket', 'arn:aws:s3:::raw-logs'],
    ['worker-policy.json', 's3:PutObject', 'arn:aws:s3:::audit-target/audit/a'],
    ['shard-policy.json', 's3:ListBucket', 'arn:aws:s3:::raw-logs', { 's3:prefix': '2025/' }],
    ['shard-policy.json', 's3:GetObject', 'arn:aws:s3:::raw-logs/2025/a'],
    ['shard-policy.json', 's3:PutObject', 'arn:aws:s3:::audit-target/audit/a'],
  ])('%s gives %s on %s', (policy, action, resource, context) => {
    expect(allows(policy, [action, resource], context)).toBe(true);
  });

  test.each([
    ['worker-policy.json', 'sqs:SendMessage', queue],
    ['worker-policy.json', 'sqs:PurgeQueue', queue],
    ['worker-policy.json', 'sqs:ReceiveMessage', `${queue}-dead`],
    ['worker-policy.json', 's3:PutObject', 'arn:aws:s3:::raw-logs/a'],
    ['worker-policy.json', 's3:DeleteObject', 'arn:aws:s3:::raw-logs/a'],
    ['worker-policy.json', 's3:GetObject', 'arn:aws:s3:::audit-target/audit/a'],
    ['worker-policy.json', 's3:PutObject', 'arn:aws:s3:::audit-target/other/a'],
    ['shard-policy.json', 's3:ListBucket', 'arn:aws:s3:::raw-logs'],
    ['shard-policy.json', 's3:GetObject', 'arn:aws:s3:::raw-logs/2024/a'],
    ['shard-policy.json', 'sqs:ReceiveMessage', queue],
  ])('%s does not give %s on %s', (policy, action, resource) => {
    expect(allows(policy, [action, resource])).toBe(false);
  });

  test('the policy of the queue lets in this bucket and no other', () => {
    const { Policy } = json('queue-attributes.json') as { Policy: string };
    const send = (bucket: string, account: string): boolean =>
      authorize(
        {
          caller: { arn: 's3.amazonaws.com', account: '', kind: 'service' },
          action: 'sqs:SendMessage',
          resource: queue,
          resourceAccount: '111122223333',
          context: { 'aws:SourceArn': `arn:aws:s3:::${bucket}`, 'aws:SourceAccount': account },
        },
        { identity: [], resource: parsePolicyDocument(Policy, { kind: 'resource' }), resourceKind: 'bucket' },
      ).allowed;
    expect([
      send('raw-logs', '111122223333'),
      send('other', '111122223333'),
      send('raw-logs', '444455556666'),
    ]).toEqual([true, false, false]);
  });
});

describe('the sums come out', () => {
  const cells = docs
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const measured = (start: string): number =>
    Number(cells.find(([name]) => name?.startsWith(start))?.[1]?.replaceAll(',', ''));
  const [line, speed] = [measured('bytes a line'), measured('MB read') * 1e6];
  const [ratio, object] = [measured('stored bytes'), measured('bytes of a full object')];
  const number = (value: number, digits = 0): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

  test.each<[string, number, [number, number, number]]>([
    ['1 TB', 1e12, [1, 2, 2]],
    ['100 TB', 1e14, [0, 0, 0]],
    ['1 PB', 1e15, [0, 0, 0]],
  ])('for %s', (name, bytes, [hourDigits, cpuDigits, monthDigits]) => {
    const hours = bytes / speed / 3600;
    expect(cells.find(([first]) => first === name)).toEqual([
      name,
      number(bytes / line),
      number(hours, hourDigits),
      number(hours * 0.04, cpuDigits),
      number(Math.ceil(bytes / object)),
      number((bytes / object / 1000) * 0.005, 2),
      `${number((bytes * ratio) / 1e9)} GB`,
      number(((bytes * ratio) / 1e9) * 0.023, monthDigits),
    ]);
  });

  test('for a core and a prefix', () => {
    const text = docs.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      `does ${number(speed / line)} events a second, ${number((speed * 86_400) / 1e12, 1)} TB a day`,
    );
    expect(text).toContain(`writes ${number(speed / object, 2)} times a second`);
    expect(text).toContain(`${number(Math.floor((3500 * object) / speed))} cores`);
    expect(text).toContain(`${number(1e6 * 6)} PUTs, ${number((6e6 / 1000) * 0.005)} USD`);
    expect(text).toContain(
      `${number((1e12 / 64e6) * 6)} PUTs, ${number(((1e12 / 64e6) * 6 * 0.005) / 1000, 2)} USD`,
    );
    expect(text).toContain(`some 80 times a second: ${number(Math.ceil(3500 / 80))} cores`);
  });
});
