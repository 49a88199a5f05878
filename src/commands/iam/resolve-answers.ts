import { answersOf } from '../../core/config/profile-answers.ts';
import type { KnownAnswers } from '../../core/config/profile-answers.ts';
import type { AccessRequestFile } from '../../core/setup/answers/access-request.ts';
import { answerProblems } from '../../core/setup/answers/access-request.ts';
import { answerRules } from '../../core/setup/answers/answer-rules.ts';
import type { SetupAnswers } from '../../core/setup/answers/answers.ts';
import { otherBucketThan, understood } from '../../core/setup/answers/understood-answers.ts';
import { normalisePrefix } from '../../core/layout/object-key.ts';
import { AuditExportError } from '../../errors.ts';
import type { AnswerOptions } from './settings.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** Where the answers come from: a request alone, or flags and environment before the profile. */
export interface AnswerSources {
  options: AnswerOptions & { region?: string | undefined };
  profile: Profile | undefined;
  request: AccessRequestFile | undefined;
  /** AWS_REGION or AWS_DEFAULT_REGION. */
  ambientRegion: string | undefined;
}

/** The region where nobody says another; the vendor's preset as well. */
const presetRegion = 'us-east-1';

const needed = ['accountId', 'organizationId', 'bucket', 'roleName', 'policyName'] as const;
const besideRequest = [...needed, 'deliverer', 'writeOnce', 'prefix', 'kmsKeyArn', 'inlinePolicy'] as const;

/** The answers for role and policy. Throws `missing-answer`, naming all the flags that are missing, and `usage`. */
export function resolveAnswers(sources: AnswerSources): SetupAnswers {
  const { request, options } = sources;
  if (request !== undefined) return answersOfRequest(request, options);
  const known = knownAnswers(sources);
  const missing = needed.filter((name) => (known[name] ?? '') === '');
  if (missing.length > 0) throw missingAnswers(missing.map((name) => answerRules[name].flag));
  const { kmsKeyArn, ...others } = known as SetupAnswers;
  const { deliverer = 'vendor', writeOnce = deliverer === 'audit-export' } = known;
  const answers: SetupAnswers = {
    ...others,
    deliverer,
    writeOnce,
    prefix: normalisePrefix(others.prefix),
    ...(kmsKeyArn === undefined || kmsKeyArn === 'none' ? {} : { kmsKeyArn }),
  };
  demandGood(answers);
  return answers;
}

function answersOfRequest(request: AccessRequestFile, options: AnswerSources['options']): SetupAnswers {
  const beside = besideRequest.filter((name) => options[name] !== undefined);
  if (beside.length > 0)
    throw new AuditExportError(
      'usage',
      `${beside.map(flagOf).join(', ')} can't stand beside --request, which has all the answers.`,
      { cure: 'Leave them out, or have a new request made: audit-export init --request FILE' },
    );
  const { request: _request, version: _version, profile: _profile, ...answers } = request;
  return { ...answers, prefix: normalisePrefix(answers.prefix) };
}

function flagOf(name: (typeof besideRequest)[number]): string {
  return `--${name === 'inlinePolicy' ? 'inline-policy' : answerRules[name].flag}`;
}

function knownAnswers({ options, profile, ambientRegion }: AnswerSources): KnownAnswers {
  const stored = profile === undefined ? {} : defined(answersOf(profile));
  const given = meant(defined({ region: options.region, ...pick(options, besideRequest) }) as KnownAnswers);
  return {
    region: ambientRegion ?? presetRegion,
    types: [],
    inlinePolicy: false,
    ...stored,
    // A bucket that is named anew has not the prefix of the old one.
    ...(given.bucket === undefined && stored.prefix !== undefined ? {} : { prefix: '' }),
    ...given,
  };
}

/** A bucket, a role or an account may be named in another of AWS's spellings. */
function meant(given: KnownAnswers): KnownAnswers {
  const elsewhere = otherBucketThan(given.bucket, given.prefix);
  if (elsewhere !== undefined)
    throw new AuditExportError('usage', `--prefix ${JSON.stringify(given.prefix)}: ${elsewhere}`, {
      cure: 'Name the bucket once, or the same one.',
    });
  const spelled = (['prefix', 'bucket', 'accountId', 'roleName', 'policyName'] as const).map((name) =>
    given[name] === undefined ? {} : understood(name, given[name]),
  );
  return {
    ...given,
    ...Object.assign({}, ...spelled),
    ...(given.prefix === undefined ? {} : { prefix: understood('prefix', given.prefix).prefix ?? '' }),
  };
}

function pick<T, K extends keyof T>(object: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, object[name]])) as Pick<T, K>;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function missingAnswers(flags: readonly string[]): AuditExportError {
  const list = flags.map((flag) => `--${flag}`).join(', ');
  return new AuditExportError(
    'missing-answer',
    `It is not said for what the access is: missing are ${list}.`,
    {
      cure: `Give ${list}, or --profile NAME, or --request FILE; or be asked for them: audit-export init`,
    },
  );
}

function demandGood(answers: SetupAnswers): void {
  const problems = answerProblems(answers);
  if (problems.length === 0) return;
  const text = problems.map(({ answer, reason }) => `--${answerRules[answer].flag}: ${reason}`).join(' ');
  throw new AuditExportError('usage', text, { cure: 'Correct the flag, or the profile it comes from.' });
}
