import type { LifecycleRule } from '@aws-sdk/client-s3';
import type { BentWorld } from './bent-world.ts';

const verbs =
  /audit-export (?:iam (?:apply|plan|rotate)|init|test-access|config set)\b|aws (?:iam|kms|s3api) [a-z-]+/g;
/** What a shell puts in its place: the key that an alias names. */
const keyOfAlias =
  /"\$\(aws kms describe-key --region [a-z0-9-]+ --key-id [^ ]*alias\/audit --query KeyMetadata\.Arn --output text\)"/g;

const flagsWithValue = new Set([
  '--profile',
  '--role-name',
  '--region',
  '--policy',
  '--bucket',
  '--policy-name',
  '--policy-arn',
  '--kms-key-arn',
  '--lifecycle-configuration',
  '--public-access-block-configuration',
  '--query',
  '--output',
  '--account-id',
  '--customer-account-id',
  '--config',
  '--endpoint-url',
  '--organization-id',
  '--acl',
  '--key-id',
  '--grantee-principal',
  '--operations',
]);

/** The commands in a cure, as words of a POSIX shell, in the order in which they are printed. */
export function commandsIn(cure: string): string[][] {
  return [...cure.matchAll(verbs)].map((found) => {
    const [verb] = found;
    const words = shellWords(cure.slice(found.index + verb.length));
    return verb.split(' ').concat(argumentsIn(words, verb.endsWith('config set')));
  });
}

function argumentsIn(words: readonly string[], takesWords: boolean): string[] {
  const taken: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] as string).replace(/[,;:)]$/, '');
    if (word === '&&') break;
    if (word.startsWith('--')) {
      taken.push(word);
      if (!flagsWithValue.has(word)) continue;
      at += 1;
      taken.push(words[at] as string);
    } else if (takesWords) taken.push(word);
    else break;
  }
  return taken;
}

function shellWords(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(')/g,
      (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? '',
    ),
  );
}

/**
 * Does what a cure says, as the administrator of the customer's account: the last command that changes something, or
 * those that stand together. A cure that says where the cause is named leads on to that one.
 */
export async function carryOut(world: BentWorld, printed: string, probe: string): Promise<void> {
  const cure = printed.replaceAll(keyOfAlias, world.named('{key}'));
  const commands = commandsIn(cure);
  if (commands.length === 0) throw new Error(`nothing to paste in: ${cure}`);
  const changing = commands.filter((words) => !isLook(words));
  const [look] = commands;
  if (changing.length === 0 && look?.[1] === 'test-access') return leadOn(world, probe);
  if (changing.length === 0) throw new Error(`nothing that changes anything in: ${cure}`);
  for (const words of cure.includes(' && ') ? changing : [changing[0] as string[]])
    await carryOutOne(world, words);
}

function isLook([program, area = '', verb = '']: readonly string[]): boolean {
  return program === 'aws' ? verb.startsWith('get-') : area === 'test-access' || verb === 'plan';
}

/** The customer's side names the cause: its first failure is cured. */
async function leadOn(world: BentWorld, probe: string): Promise<void> {
  const report = await world.testAccess('customer');
  const failed = report.probes.find(({ status, cure }) => status === 'fail' && cure !== null);
  if (failed?.cure == null) throw new Error(`${probe}: the other side names no cause`);
  await carryOut(world, failed.cure, failed.probe);
}

async function carryOutOne(world: BentWorld, words: readonly string[]): Promise<void> {
  const [program, area = '', verb = ''] = words;
  if (program === 'audit-export') {
    const { code, stdout, stderr } = await world.cli('customer', [
      ...words.slice(1),
      ...(words.includes('--yes') || area === 'config' ? [] : ['--yes']),
    ]);
    if (![0, 7].includes(code) && !(area === 'init' && code === 4))
      throw new Error(`${words.join(' ')}: ${code}\n${stderr}${stdout}`);
    return;
  }
  const run = aws[`${area} ${verb}`];
  if (run === undefined) throw new Error(`nobody knows how to carry out ${words.join(' ')}`);
  await run(world, (name) => words[words.indexOf(`--${name}`) + 1] ?? '');
}

type AwsCommand = (world: BentWorld, flag: (name: string) => string) => Promise<unknown>;

/** The commands of the AWS CLI that cures use. */
const aws: Readonly<Record<string, AwsCommand>> = {
  'iam delete-role-policy': ({ ground }, flag) =>
    ground.deleteRolePolicy(flag('role-name'), flag('policy-name')),
  'iam detach-role-policy': ({ ground }, flag) => ground.detachPolicy(flag('role-name'), flag('policy-arn')),
  'iam delete-role-permissions-boundary': ({ ground }, flag) =>
    ground.putBoundary(flag('role-name'), undefined),
  's3api delete-bucket-policy': ({ ground }, flag) => ground.putBucketPolicy(flag('bucket'), undefined),
  's3api put-bucket-policy': ({ ground }, flag) => ground.putBucketPolicy(flag('bucket'), flag('policy')),
  's3api delete-bucket-lifecycle': ({ ground }, flag) =>
    ground.changeBucket(flag('bucket'), { lifecycle: undefined }),
  's3api put-bucket-lifecycle-configuration': ({ ground }, flag) => {
    const { Rules } = JSON.parse(flag('lifecycle-configuration')) as { Rules: LifecycleRule[] };
    return ground.changeBucket(flag('bucket'), { lifecycle: Rules });
  },
  's3api put-bucket-acl': ({ ground, bucket }, flag) => {
    if (flag('acl') !== 'private' || flag('bucket') !== bucket) throw new Error('another ACL');
    return ground.changeBucket(bucket, { grants: undefined });
  },
  'kms create-grant': ({ ground, bucket, roleArn }, flag) => {
    if (flag('grantee-principal') !== roleArn || flag('operations') !== 'GenerateDataKey')
      throw new Error('a grant for somebody else');
    if (!flag('key-id').startsWith('arn:aws:kms:')) throw new Error(`no key: ${flag('key-id')}`);
    return ground.changeBucket(bucket, { key: undefined });
  },
  'kms enable-key': ({ ground, bucket }, flag) => {
    if (!flag('key-id').startsWith('arn:aws:kms:')) throw new Error(`no key: ${flag('key-id')}`);
    return ground.changeBucket(bucket, { key: undefined });
  },
  's3api put-public-access-block': ({ ground }, flag) => {
    const settings = flag('public-access-block-configuration').split(',');
    const allOn = settings.length === 4 && settings.every((setting) => setting.endsWith('=true'));
    return ground.changeBucket(flag('bucket'), { publicAccessBlocked: allOn });
  },
};
