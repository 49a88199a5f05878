import { AuditExportError } from '../../../errors.ts';
import { ignorableReasons, reasons } from '../../../core/classify/reasons.ts';
import { closest } from '../../../core/config/closest.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { ChosenProfile } from '../../../core/config/parse-config.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { dayLayout, hourLayout } from '../../../core/layout/layout.ts';
import type { StoreSettings } from '../session/push-host.ts';
import { storeSettingsOf } from './store-settings.ts';
import type { PushOptions } from './settings.ts';
import type { ReasonCode } from '../../../ports/store/quarantine.ts';

/** What `push` is asked to do. */
export interface PushRequest {
  inputs: readonly string[];
  options: PushOptions & GlobalOptions;
  profile: ChosenProfile | undefined;
}

/** What of a request says where the store is, and how objects are written to it. */
export interface StoreRequest extends Pick<PushRequest, 'profile'> {
  options: Pick<
    PushRequest['options'],
    | 'to'
    | 'allowDraft'
    | 'region'
    | 'endpointUrl'
    | 'pathStyle'
    | 'bucketOwner'
    | 'storageClass'
    | 'kmsKeyId'
    | 'sse'
    | 'acl'
    | 'tags'
  >;
}

/** An object is one PUT with its body in memory. */
const maxObjectBytes = 1024 ** 3;

/** Where to deliver. Throws `missing-answer`, and `draft-profile` for a profile whose set-up is not finished. */
export function storeAddress({ options, profile }: StoreRequest): StoreAddress {
  refuseDraft(profile, options);
  if (options.to !== undefined) return parseStoreAddress(options.to);
  throw new AuditExportError('missing-answer', 'It is not said where to deliver.', {
    cure: 'Add --to s3://BUCKET/PREFIX or --to FOLDER, or name a profile with --profile.',
    details: { missing: '--to' },
  });
}

/** Role and policy of a draft are not made: nothing could be delivered, or it would go where nobody has looked. */
function refuseDraft(profile: PushRequest['profile'], { allowDraft }: Pick<PushOptions, 'allowDraft'>): void {
  if (profile?.profile.state !== 'draft' || allowDraft) return;
  throw new AuditExportError(
    'draft-profile',
    `The profile ${profile.name} is a draft: its set-up is not finished.`,
    {
      cure: `Finish it with audit-export init --profile ${profile.name}, or add --allow-draft to push all the same.`,
    },
  );
}

/** Says that there is nothing to read. */
export function noInput(): AuditExportError {
  return new AuditExportError(
    'missing-answer',
    'There is no input: stdin is a terminal, and no file is named.',
    {
      cure: 'Name files, folders or globs, or pipe lines in: audit-export push --to FOLDER < events.jsonl (to type them, name -).',
    },
  );
}

/** The layout's template. Throws `usage` where two settings contradict each other. */
export function layoutOf({ layout, partition }: Pick<PushOptions, 'layout' | 'partition'>): string {
  if (layout === undefined) return partition === 'hour' ? hourLayout : dayLayout;
  if (partition === 'hour' && !layout.includes('{HH}')) {
    throw new AuditExportError(
      'usage',
      '--partition hour and a --layout without {HH} contradict each other.',
      { cure: 'Put {HH} into the layout, or leave --partition out.' },
    );
  }
  return layout;
}

/** Throws `usage` for a type that nobody knows. */
export function checkTypes(selected: readonly string[] | undefined, known: readonly string[]): void {
  for (const type of selected ?? []) {
    if (known.includes(type)) continue;
    const meant = closest(type, known);
    throw new AuditExportError('usage', `--types: there is no audit type ${JSON.stringify(type)}.`, {
      cure: meant === undefined ? `Known types: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
}

/** Throws `usage` for a reason for which no line may be ignored. */
export function ignoredReasons(given: readonly string[] = []): ReasonCode[] {
  return given.map((reason) => {
    const known = ignorableReasons.find((code) => code === reason);
    if (known !== undefined) return known;
    const isReason = Object.hasOwn(reasons, reason);
    const meant = closest(reason, ignorableReasons);
    throw new AuditExportError(
      'usage',
      `--ignore: ${isReason ? `a line may not be ignored as ${reason}: it may be an audit event` : `there is no reason ${JSON.stringify(reason)}`}.`,
      {
        cure:
          isReason || meant === undefined
            ? `Lines may be ignored as: ${ignorableReasons.join(', ')}.`
            : `Did you mean ${meant}?`,
      },
    );
  });
}

/** Throws `usage` for objects that are too large for one PUT. */
export function checkObjectSize(bytes: number): void {
  if (bytes <= maxObjectBytes) return;
  throw new AuditExportError(
    'usage',
    `--object-size: ${bytes} bytes are more than the ${maxObjectBytes} that an object may have.`,
    { cure: 'Use 1GiB or less.' },
  );
}

/** How objects are written to a bucket. Throws `usage` for an account id that is none, and for two kinds of encryption. */
export function storeSettings({ options, profile }: StoreRequest): StoreSettings {
  const { bucketOwner, kmsKeyId, sse } = options;
  if (bucketOwner !== undefined && !/^\d{12}$/.test(bucketOwner)) {
    throw new AuditExportError(
      'usage',
      `--bucket-owner: ${JSON.stringify(bucketOwner)} is no AWS account id.`,
      { cure: 'An account id has 12 digits.' },
    );
  }
  if (kmsKeyId !== undefined && sse === 'AES256') {
    throw new AuditExportError('usage', '--sse AES256 and a KMS key contradict each other.', {
      cure: 'Leave one of --sse and --kms-key-id out.',
    });
  }
  return storeSettingsOf(options, profile?.profile.role);
}
