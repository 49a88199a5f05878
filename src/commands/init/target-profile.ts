import { AuditExportError } from '../../errors.ts';
import type { KnownAnswers } from '../../core/config/profile-answers.ts';
import { answersOf } from '../../core/config/profile-answers.ts';
import { answerRules } from '../../core/setup/answers/answer-rules.ts';
import type { AnswerName } from '../../core/setup/answers/answers.ts';
import type { GivenAnswers } from './wizard/given-answers.ts';
import { withAnswer } from './wizard/given-answers.ts';
import { answerText } from '../../core/setup/answers/answers.ts';
import type { Config, Profile } from '../../ports/state/config-store.ts';

/** The profile that `init` works on. */
export interface TargetProfile {
  name: string;
  before: Profile | undefined;
  answers: KnownAnswers;
  isSetUp: boolean;
}

const profileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Finds it: the one named, else the default one, else a new one called `default`. Throws `usage`. */
export function targetProfile(config: Config | undefined, named: string | undefined): TargetProfile {
  const name = named ?? config?.defaultProfile ?? onlyDraft(config) ?? 'default';
  if (!profileName.test(name))
    throw new AuditExportError('usage', `${JSON.stringify(name)} can't be the name of a profile.`, {
      cure: 'Use letters, digits, dots, dashes and underscores.',
    });
  const { profiles } = config ?? { profiles: {} };
  const before = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (before === undefined) return { name, before, answers: {}, isSetUp: false };
  if (before.to !== undefined && !before.to.startsWith('s3://'))
    throw new AuditExportError('usage', `The profile ${name} delivers to a folder, which needs no set-up.`, {
      cure: 'Name a new profile with --profile.',
    });
  const isSetUp = before.state !== 'draft';
  // A profile that was set up without saying so is a vendor's.
  const unsaid = isSetUp ? { deliverer: 'vendor' as const, writeOnce: false } : {};
  return { name, before, answers: { ...unsaid, ...answersOf(before) }, isSetUp };
}

/** A wizard that was closed is gone on with, although a draft is nobody's default. */
function onlyDraft(config: Config | undefined): string | undefined {
  const [first, ...others] = Object.entries(config?.profiles ?? {});
  return others.length === 0 && first?.[1].state === 'draft' ? first[0] : undefined;
}

/** What may not change by a slip once a profile is set up. Audit types may. */
const guarded: readonly AnswerName[] = [
  'deliverer',
  'writeOnce',
  'accountId',
  'organizationId',
  'bucket',
  'region',
  'prefix',
  'roleName',
  'policyName',
  'kmsKeyArn',
];

/** One answer that is not what it was. */
export interface AnswerChange {
  answer: AnswerName;
  flag: string;
  before: string | undefined;
  after: string | undefined;
}

/** The guarded answers that differ. */
export function guardedChanges(before: KnownAnswers, after: KnownAnswers): AnswerChange[] {
  return guarded
    .map((answer) => ({
      answer,
      flag: answerRules[answer].flag,
      before: answerText(before, answer),
      after: answerText(after, answer),
    }))
    .filter(({ before, after }) => before !== after);
}

/** Throws `protected-setting` where the flags would change a profile that is set up. */
export function refuseSlips(target: TargetProfile, given: GivenAnswers): void {
  let after = target.answers;
  for (const [name, text] of Object.entries(given)) after = withAnswer(after, name as AnswerName, text);
  const changes = guardedChanges(target.answers, after).filter(({ before }) => before !== undefined);
  if (changes.length === 0) return;
  throw new AuditExportError(
    'protected-setting',
    `The profile ${target.name} is set up, and this would change it: ${changes.map(describeAnswerChange).join('; ')}.`,
    { cure: 'If that is meant, add --reconfigure; for another export, name a new profile with --profile.' },
  );
}

/** `bucket: acme-audit → acme-logs`. */
export function describeAnswerChange({ flag, before, after }: AnswerChange): string {
  return `${flag}: ${before ?? 'none'} → ${after ?? 'none'}`;
}
