import type { Profile } from '../../ports/state/config-store.ts';
import type { KnownAnswers } from '../../core/config/profile-answers.ts';
import { answersOf } from '../../core/config/profile-answers.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import { answerRules } from '../../core/setup/answers/answer-rules.ts';
import type { Place } from '../../core/setup/reader-access.ts';
import { buildReaderAccess } from '../../core/setup/reader-access.ts';
import type { PrintedAccess } from '../../core/setup/render/render-access.ts';
import { AuditExportError } from '../../errors.ts';
import type { ShowOptions } from './settings.ts';

/** What the role of a reader is made from: flags before the profile. */
export interface ReaderRequest {
  options: ShowOptions & { region?: string | undefined };
  profile: Profile | undefined;
  /** AWS_REGION or AWS_DEFAULT_REGION. */
  ambientRegion: string | undefined;
}

/**
 * The role for those who read what is delivered: `iam show --for reader`. Throws `missing-answer`, naming the flags that are missing, and
 * `usage` for an answer that can't be.
 */
export function readerAccess(request: ReaderRequest): PrintedAccess {
  const { options, profile, ambientRegion } = request;
  const known = profile === undefined ? {} : answersOf(profile);
  const answers = readerAnswers(request, known);
  demandGood(answers);
  return buildReaderAccess({
    ...answers,
    region: options.region ?? known.region ?? ambientRegion ?? 'us-east-1',
    ...placesOf(options, answers.bucket),
    database: options.database,
    kmsKeyArn: keyOf(options.kmsKeyArn ?? known.kmsKeyArn),
  });
}

function readerAnswers(
  { options, profile }: ReaderRequest,
  known: KnownAnswers,
): { bucket: string; prefix: string; roleName: string; principal: string } {
  const { bucket = known.bucket, roleName = 'AuditExportReader' } = options;
  const principal = options.reader ?? known.customerAccountId ?? profile?.bucketOwner;
  if (bucket === undefined || principal === undefined) throw missing(bucket, principal);
  // A bucket that is named anew has not the prefix of the old one.
  const usual = options.bucket === undefined ? known.prefix : undefined;
  return { bucket, prefix: options.prefix ?? usual ?? '', roleName, principal };
}

function placesOf(
  { curated = '', athenaResults }: ShowOptions,
  bucket: string,
): { curated: Place | undefined; athenaResults: Place | undefined } {
  return {
    curated: curated === 'none' ? undefined : placeOf('curated', curated || `s3://${bucket}/curated`),
    athenaResults: athenaResults === undefined ? undefined : placeOf('athena-results', athenaResults),
  };
}

const keyOf = (arn: string | undefined): string | undefined => (arn === 'none' ? undefined : arn);

function demandGood(answers: { bucket: string; prefix: string; roleName: string; principal: string }): void {
  for (const name of ['bucket', 'prefix', 'roleName'] as const) {
    const problem = answerRules[name].check(answers[name]);
    if (problem !== undefined) throw wrong(`--${answerRules[name].flag}: ${problem}`);
  }
  const { principal } = answers;
  if (!/^\d{12}$|^arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+$/.test(principal))
    throw wrong(
      `--reader: ${JSON.stringify(principal)} is no account (12 digits) and no ARN of a user or role.`,
    );
}

function placeOf(flag: string, given: string): Place {
  const address = parseStoreAddress(given);
  if (address.kind === 's3') return address;
  throw wrong(`--${flag}: ${JSON.stringify(given)} is no s3:// address, and a folder needs no role.`);
}

function missing(bucket: string | undefined, principal: string | undefined): AuditExportError {
  const flags = [
    ...(bucket === undefined ? ['--bucket'] : []),
    ...(principal === undefined ? ['--reader'] : []),
  ];
  return new AuditExportError(
    'missing-answer',
    `It is not said who reads what: missing are ${flags.join(', ')}.`,
    {
      cure: `Give ${flags.join(', ')}, or --profile NAME. --reader is the account, user or role that reads.`,
      details: { missing: flags.join(',') },
    },
  );
}

function wrong(text: string): AuditExportError {
  return new AuditExportError('usage', text, { cure: 'Correct the flag, or the profile it comes from.' });
}
