import type { Profile } from '../../core/config/parse-config.ts';
import { answersOf } from '../../core/config/profile-answers.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import { answerRules } from '../../core/setup/answer-rules.ts';
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
export function readerAccess({ options, profile, ambientRegion }: ReaderRequest): PrintedAccess {
  const known = profile === undefined ? {} : answersOf(profile);
  const bucket = options.bucket ?? known.bucket;
  const principal = options.reader ?? known.customerAccountId ?? profile?.bucketOwner;
  if (bucket === undefined || principal === undefined) throw missing(bucket, principal);
  const prefix = options.prefix ?? (options.bucket === undefined ? known.prefix : undefined) ?? '';
  const answers = { bucket, prefix, roleName: options.roleName ?? 'AuditExportReader' };
  for (const name of ['bucket', 'prefix', 'roleName'] as const) {
    const problem = answerRules[name].check(answers[name]);
    if (problem !== undefined) throw wrong(`--${answerRules[name].flag}: ${problem}`);
  }
  if (!/^\d{12}$|^arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+$/.test(principal))
    throw wrong(
      `--reader: ${JSON.stringify(principal)} is no account (12 digits) and no ARN of a user or role.`,
    );
  const { kmsKeyArn = known.kmsKeyArn } = options;
  return buildReaderAccess({
    ...answers,
    principal,
    region: options.region ?? known.region ?? ambientRegion ?? 'us-east-1',
    curated: options.curated === 'none' ? undefined : placeOf('curated', options.curated, bucket),
    athenaResults:
      options.athenaResults === undefined
        ? undefined
        : placeOf('athena-results', options.athenaResults, bucket),
    database: options.database,
    ...(kmsKeyArn === undefined || kmsKeyArn === 'none' ? {} : { kmsKeyArn }),
  });
}

/** A place of a bucket; `curated` in the delivered bucket if nothing is said. */
function placeOf(
  flag: string,
  given: string | undefined,
  bucket: string,
): { bucket: string; prefix: string } {
  if (given === undefined) return { bucket, prefix: 'curated' };
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
