import { describe, expect, test } from 'vitest';
import { questions, wordsFor } from '../../../../src/commands/init/wizard/questions.ts';
import { initSettings } from '../../../../src/commands/init/settings.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import { answerRules } from '../../../../src/core/setup/answers/answer-rules.ts';
import { allFlags, setUpWorld } from './setup-world.ts';

const flags: string[] = [...Object.values(initSettings), ...Object.values(globalSettings)].map(
  ({ flag }) => flag,
);

test('every question has a flag of init, a message and one line of help', () => {
  for (const { name, message, help } of questions)
    for (const deliverer of ['vendor', 'audit-export'] as const) {
      expect(flags).toContain(answerRules[name].flag);
      expect(wordsFor(message, { answers: { deliverer } })).not.toBe('');
      expect(wordsFor(help, { answers: { deliverer } })).toMatch(/^[^\n]{10,110}$/);
    }
});

test('every answer that there is a rule for has a question', () => {
  expect(questions.map(({ name }) => name).toSorted()).toEqual(Object.keys(answerRules).toSorted());
});

const bad: readonly (readonly [flag: string, text: string, reason: RegExp])[] = [
  ['account-id', '', /0 digits/],
  ['account-id', '11112222333', /11 digits.*exactly 12 digits/],
  ['account-id', '1111222233334', /13 digits/],
  ['account-id', '11112222333a', /other than digits/],
  ['organization-id', 'x', /only 1 character/],
  ['organization-id', 'x'.repeat(1225), /1225 characters/],
  ['organization-id', 'my org', /a space/],
  ['organization-id', 'org#1', /"#"/],
  ['bucket', 'ab', /only 2 characters/],
  ['bucket', 'Acme-Audit', /upper-case/],
  ['bucket', 'acme_audit', /"_"/],
  ['bucket', '-acme', /begins or ends/],
  ['bucket', 'a..b', /two dots/],
  ['bucket', '192.168.0.1', /IP address/],
  ['bucket', 'xn--acme', /reserves/],
  ['bucket', 'acme-s3alias', /reserves/],
  ['bucket', 'a'.repeat(64), /64 characters/],
  ['region', 'Frankfurt', /does not look like a region/],
  ['prefix', 'a//b', /folder in it is empty/],
  ['prefix', '../up', /"\.\."/],
  ['prefix', 'altr/*', /"\*"/],
  ['role-name', 'AuditRole', /must start with ALTRPublishSIEMData/],
  ['role-name', 'altrpublishsiemdataAcme', /case counts/],
  ['role-name', `ALTRPublishSIEMData${'x'.repeat(46)}`, /65 characters/],
  ['role-name', 'ALTRPublishSIEMData Acme', /a space/],
  ['policy-name', 'acme/policy', /"\/"/],
  ['policy-name', 'p'.repeat(129), /129 characters/],
  ['types', 'qery', /did you mean query/],
  ['types', ',', /none is named/],
  ['kms-key-arn', 'alias/aws/s3', /not the ARN/],
  ['kms-key-arn', 'arn:aws:kms:eu-central-1:111122223333:alias/audit', /alias/],
];

describe('a bad answer is refused with the reason and the rule', () => {
  test.each(bad)('--%s %j as a flag', async (flag, text, reason) => {
    const world = setUpWorld({ noTerminal: true });
    const run = world.run({ ...allFlags, save: 'true', [flag]: text });
    await expect(run).rejects.toMatchObject({
      code: 'usage',
      exitCode: 2,
      message: expect.stringMatching(reason),
    });
    await expect(run).rejects.toThrow(`--${flag}`);
    expect(world.config()).toBeUndefined();
  });

  test.each(bad.filter(([flag]) => !['kms-key-arn', 'types'].includes(flag)))(
    '--%s %j typed at the question',
    async (flag, text, reason) => {
      const before = Object.entries(allFlags).filter(([name]) => name !== flag);
      const world = setUpWorld({ script: [[flag, text]] });
      await expect(world.run(Object.fromEntries(before))).rejects.toThrow(reason);
      expect(world.prompter.asked).toEqual([flag]);
    },
  );

  test('several at once are named at once', async () => {
    const world = setUpWorld({ noTerminal: true });
    const run = world.run({ ...allFlags, bucket: 'No', 'account-id': '1', save: 'true' });
    await expect(run).rejects.toThrow(/--account-id "1".*\n.*--bucket "No"/);
  });
});

test('an account id keeps its leading zeros', async () => {
  const world = setUpWorld({ noTerminal: true });
  const { answers } = await world.run({ ...allFlags, 'account-id': '000022223333', save: 'true' });
  expect(answers.accountId).toBe('000022223333');
  expect(world.profile()?.setup?.accountId).toBe('000022223333');
});

test.each([
  ['altr', 'ALTRPublishSIEMDataAltr', 'altr.s3.policy'],
  ['my-export.2', 'ALTRPublishSIEMDataMyExport2', 'my-export.2.s3.policy'],
  ['default', 'ALTRPublishSIEMDataAuditExport', 'audit-export.s3.policy'],
  ['x'.repeat(63), `ALTRPublishSIEMDataX${'x'.repeat(44)}`, `${'x'.repeat(63)}.s3.policy`],
])('for the profile %s the names are good by their rules', (profileName, role, policy) => {
  const around = { profileName, answers: {}, caller: undefined, look: undefined };
  const presetOf = (name: string) =>
    questions.find((question) => question.name === name)?.preset(around) ?? '';
  expect(presetOf('roleName')).toBe(role);
  expect(presetOf('policyName')).toBe(policy);
  expect(answerRules.roleName.check(role)).toBeUndefined();
  expect(answerRules.policyName.check(policy)).toBeUndefined();
});
