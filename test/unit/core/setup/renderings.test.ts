import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SetupAnswers } from '../../../../src/core/setup/answers/answers.ts';
import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import type { RenderFormat } from '../../../../src/core/setup/render/render-access.ts';
import { printedAccess, renderAccess } from '../../../../src/core/setup/render/render-access.ts';
import { goodAnswers } from './arbitrary-answers.ts';
import { answersWith, goldenCases } from './answers.ts';
import { parseHcl, Reference } from './hcl.ts';

/** What a rendering makes, in one form for all. */
interface Made {
  policyName: string;
  permission: unknown;
  inline: boolean;
  roleName: string;
  roleDescription: string;
  trust: unknown;
  roleTags: unknown;
}

function wantedOf({ role, policy }: DesiredAccess): Made {
  return {
    policyName: policy.name,
    permission: policy.document,
    inline: policy.inline,
    roleName: role.name,
    roleDescription: role.description,
    trust: role.trustPolicy,
    roleTags: role.tags,
  };
}

const textOf = (desired: DesiredAccess, format: RenderFormat): string =>
  renderAccess(printedAccess(desired), format)[0]?.text ?? '';

type Members = Record<string, unknown>;

function madeByCloudFormation(desired: DesiredAccess): Made {
  const { Resources } = parse(textOf(desired, 'cloudformation')) as {
    Resources: Record<string, { Type: string; Properties: Members }>;
  };
  const of = (type: string): Members | undefined =>
    Object.values(Resources).find(({ Type }) => Type === type)?.Properties;
  const role = of('AWS::IAM::Role') as Members;
  const managed = of('AWS::IAM::ManagedPolicy');
  const [inline] = (role['Policies'] ?? []) as Members[];
  expect(role['ManagedPolicyArns']).toEqual(managed && [{ Ref: 'DeliveryPolicy' }]);
  return {
    policyName: (managed?.['ManagedPolicyName'] ?? inline?.['PolicyName']) as string,
    permission: (managed ?? inline)?.['PolicyDocument'],
    inline: managed === undefined,
    roleName: role['RoleName'] as string,
    roleDescription: role['Description'] as string,
    trust: role['AssumeRolePolicyDocument'],
    roleTags: Object.fromEntries(
      (role['Tags'] as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
    ),
  };
}

function madeByTerraform(desired: DesiredAccess): Made {
  const blocks = parseHcl(textOf(desired, 'terraform'));
  const of = (type: string): Members | undefined => blocks.find(({ labels }) => labels[0] === type)?.members;
  const role = of('aws_iam_role') as Members;
  const managed = of('aws_iam_policy');
  const inline = of('aws_iam_role_policy');
  const attachment = of('aws_iam_role_policy_attachment');
  if (managed !== undefined)
    expect(attachment?.['policy_arn']).toEqual(new Reference('aws_iam_policy.audit_export.arn'));
  expect((attachment ?? inline)?.['role']).toEqual(new Reference('aws_iam_role.audit_export.name'));
  return {
    policyName: (managed ?? inline)?.['name'] as string,
    permission: (managed ?? inline)?.['policy'],
    inline: managed === undefined,
    roleName: role['name'] as string,
    roleDescription: role['description'] as string,
    trust: role['assume_role_policy'],
    roleTags: role['tags'],
  };
}

/** Runs the script in a real shell in which `aws` is a function that writes down what it is called with. */
function madeByScript(desired: DesiredAccess): Made {
  const script = textOf(desired, 'aws-cli');
  const spy = `aws() { printf '%s\\0' "$@" >&3; printf '\\036' >&3; echo some-arn; }\n`;
  const output = execFileSync('sh', ['-c', `{ ${spy}${script.replace(/^#!.*\n/, '')}\n} 3>&1 >/dev/null`], {
    encoding: 'utf8',
  });
  const calls = output
    .split('\u001e')
    .slice(0, -1)
    .map((call) => call.split('\0').slice(0, -1));
  const option = (verb: string, name: string): string => {
    const call = calls.find(([, called]) => called === verb) ?? [];
    return call[call.indexOf(`--${name}`) + 1] ?? '';
  };
  const { inline } = desired.policy;
  const verbs = calls.map(([, verb]) => verb);
  expect(verbs).toEqual(
    inline
      ? ['create-role', 'put-role-policy', 'get-role']
      : ['create-policy', 'create-role', 'attach-role-policy', 'get-role'],
  );
  if (!inline) expect(option('attach-role-policy', 'policy-arn')).toBe('some-arn');
  const policyVerb = inline ? 'put-role-policy' : 'create-policy';
  const tag = /^Key=(.*),Value=(.*)$/.exec(option('create-role', 'tags'));
  return {
    policyName: option(policyVerb, 'policy-name'),
    permission: JSON.parse(option(policyVerb, 'policy-document')),
    inline,
    roleName: option('create-role', 'role-name'),
    roleDescription: option('create-role', 'description'),
    trust: JSON.parse(option('create-role', 'assume-role-policy-document')),
    roleTags: { [tag?.[1] ?? '']: tag?.[2] },
  };
}

function madeByJson(desired: DesiredAccess): Made {
  const [permission, trust] = renderAccess(printedAccess(desired), 'json').map(
    ({ text }) => JSON.parse(text) as unknown,
  );
  return { ...wantedOf(desired), permission, trust };
}

const readers = [
  ['json', madeByJson],
  ['cloudformation', madeByCloudFormation],
  ['terraform', madeByTerraform],
  ['aws-cli', madeByScript],
] as const;

describe.each(readers)('the rendering for %s', (format, made) => {
  test.each(Object.entries(goldenCases))('makes what apply makes in the case %s', (_name, answers) => {
    const desired = buildDesiredAccess(answers);
    expect(made(desired)).toEqual(wantedOf(desired));
  });

  test('makes what apply makes, whatever the answers', () => {
    const numRuns = format === 'aws-cli' ? 10 : 100;
    fc.assert(
      fc.property(goodAnswers, (answers) => {
        const desired = buildDesiredAccess(answers);
        expect(made(desired)).toEqual(wantedOf(desired));
      }),
      { numRuns },
    );
  });
});

test('no rendering gives away to a shell or a template what a name holds', () => {
  // No rule lets such a prefix through; the renderings don't rely on it.
  // oxlint-disable-next-line no-template-curly-in-string -- that is the point
  const hostile: SetupAnswers = answersWith({ prefix: `'"; touch x; $(id) \`id\` \${id} %{id} \\` });
  const desired = buildDesiredAccess(hostile);
  for (const [, made] of readers) expect(made(desired)).toEqual(wantedOf(desired));
});
