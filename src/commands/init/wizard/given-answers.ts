import { AuditExportError } from '../../../errors.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { KnownAnswers } from '../../../core/config/profile-answers.ts';
import { environmentName } from '../../../core/config/setting.ts';
import { normalisePrefix } from '../../../core/layout/object-key.ts';
import { answerRules } from '../../../core/setup/answers/answer-rules.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import type { AnswerName, SetupAnswers } from '../../../core/setup/answers/answers.ts';
import { otherBucketThan, understood } from '../../../core/setup/answers/understood-answers.ts';
import type { InitOptions } from '../settings.ts';

/** Answers as text, the way a flag gives them. */
export type GivenAnswers = Partial<Record<AnswerName, string>>;

/** What declines the KMS key of the bucket. */
export const noKey = 'none';

/** The answers that flags and environment give. Throws `usage`, naming every one that breaks its rule. */
export function givenAnswers(options: InitOptions & GlobalOptions): GivenAnswers {
  const texts: Record<AnswerName, string | undefined> = {
    deliverer: options.deliverer,
    writeOnce: options.writeOnce === undefined ? undefined : options.writeOnce ? 'yes' : 'no',
    accountId: options.accountId,
    organizationId: options.organizationId,
    bucket: options.bucket,
    region: options.region,
    prefix: options.prefix,
    roleName: options.roleName,
    policyName: options.policyName,
    types: options.types?.join(','),
    kmsKeyArn: options.kmsKeyArn,
  };
  const typed = Object.entries(texts).filter(
    (entry): entry is [AnswerName, string] => entry[1] !== undefined,
  );
  // What one flag says beside its own answer counts less than the flag of that answer.
  const meant = typed.map(([name, text]) => understood(name, text));
  const own = typed.map(([name], at) => [name, meant[at]?.[name] ?? '']);
  const given = Object.entries({ ...Object.assign({}, ...meant), ...Object.fromEntries(own) }) as [
    AnswerName,
    string,
  ][];
  const wrong = given.flatMap(([name, text]) => {
    const reason = name === 'kmsKeyArn' && text === noKey ? undefined : answerRules[name].check(text);
    return reason === undefined ? [] : [`--${answerRules[name].flag} ${JSON.stringify(text)}: ${reason}`];
  });
  const elsewhere = otherBucketThan(options.bucket, options.prefix);
  if (elsewhere !== undefined) wrong.push(`--prefix ${JSON.stringify(options.prefix)}: ${elsewhere}`);
  if (wrong.length > 0)
    throw new AuditExportError('usage', wrong.join('\n'), {
      cure: 'Correct it on the command line or in the environment (AUDIT_EXPORT_…).',
    });
  return Object.fromEntries(given);
}

/** Puts an answer, good by its rule, among the others. */
export function withAnswer(answers: KnownAnswers, name: AnswerName, text: string): KnownAnswers {
  switch (name) {
    case 'types':
      return { ...answers, types: text === 'all' ? text : typesIn(text) };
    case 'deliverer':
      return { ...answers, deliverer: text as Deliverer };
    case 'writeOnce':
      return { ...answers, writeOnce: text === 'yes' };
    case 'prefix':
      return { ...answers, prefix: normalisePrefix(text) };
    case 'kmsKeyArn':
      return { ...answers, kmsKeyArn: text === noKey ? undefined : text };
    default:
      return { ...answers, [name]: text };
  }
}

function typesIn(text: string): string[] {
  return [...new Set(text.split(',').map((type) => type.trim()))].filter(Boolean);
}

/** All answers missing at once, each with its flag and its environment variable. */
export function missingAnswers(flags: readonly string[]): AuditExportError {
  const names = flags.map((flag) => `--${flag}`);
  const one = names.length === 1;
  return new AuditExportError(
    'missing-answer',
    `${one ? 'An answer is' : `${names.length} answers are`} missing, and there is no terminal to ask in: ${names.join(', ')}.`,
    {
      cure: `Add ${one ? 'the flag' : 'these flags'} or set ${flags.map((flag) => environmentName(flag.split(' ')[0] ?? '')).join(', ')}; --yes takes the defaults where there are any.`,
      details: { missing: names.join(' ') },
    },
  );
}

/** Whether all answers are there that documents can be made of. */
export function isComplete(answers: KnownAnswers): answers is SetupAnswers {
  const { accountId, organizationId, bucket, region, prefix, roleName, policyName, types } = answers;
  return [accountId, organizationId, bucket, region, prefix, roleName, policyName, types].every(
    (value) => value !== undefined,
  );
}
