import { keyWord } from '../../core/setup/drift/bucket-key.ts';
import type { BucketLook } from '../../ports/aws/bucket-admin.ts';
import type { Tone } from './init-host.ts';

/** One thing that was seen, in words. */
export interface Note {
  tone: Tone;
  text: string;
}

/** What a look at the bucket means for the export. Nothing here is an error: the person decides. */
export function bucketNotes(look: BucketLook, account: string | undefined): Note[] {
  const { bucket, existence, region, unseen } = look;
  if (existence === 'missing') return [{ tone: 'warn', text: `There is no bucket ${bucket} yet.` }];
  const where = region === undefined ? '' : ` in ${region}`;
  const there: Note =
    existence === 'there'
      ? { tone: 'good', text: `The bucket ${bucket} is there${where}.` }
      : {
          tone: 'warn',
          text: `The bucket ${bucket} may be there${where}, but these credentials may not see it.`,
        };
  const notSeen: Note[] = unseen.map((what) => ({ tone: 'faint', text: `Not seen: ${what}.` }));
  return [
    there,
    ...ownerNotes(look, account),
    ...publicAccessNotes(look),
    ...encryptionNotes(look),
    ...versioningNotes(look),
    ...objectLockNotes(look),
    ...notSeen,
  ];
}

function ownerNotes({ ownedByAccount }: BucketLook, account: string | undefined): Note[] {
  if (ownedByAccount === undefined) return [];
  if (ownedByAccount) return [{ tone: 'plain', text: `It belongs to account ${account ?? ''}.` }];
  return [
    {
      tone: 'warn',
      text: `It does not belong to account ${account ?? ''}: its owner must allow the role in the bucket policy as well.`,
    },
  ];
}

function publicAccessNotes({ publicAccessBlocked }: BucketLook): Note[] {
  if (publicAccessBlocked === undefined) return [];
  return publicAccessBlocked
    ? [{ tone: 'plain', text: 'Public access is blocked.' }]
    : [
        {
          tone: 'warn',
          text: 'Block Public Access is not fully on: turn on all four settings for audit logs.',
        },
      ];
}

function encryptionNotes({ encryption, region }: BucketLook): Note[] {
  if (encryption === undefined) return [];
  const { algorithm, kmsKey } = encryption;
  if (!algorithm.startsWith('aws:kms')) return [{ tone: 'plain', text: `It encrypts with ${algorithm}.` }];
  const note: Note = {
    tone: 'plain',
    text: `It encrypts with the KMS key ${kmsKey ?? 'of S3 itself (aws/s3)'}.`,
  };
  const isAlias = kmsKey?.includes('alias/') === true && !kmsKey.endsWith('alias/aws/s3');
  if (!isAlias) return [note];
  const named = `--kms-key-arn ${keyWord(kmsKey, region ?? 'REGION')}`;
  return [
    note,
    { tone: 'warn', text: `An alias can't stand in a policy: name the key, audit-export init ${named}` },
  ];
}

function versioningNotes({ versioning }: BucketLook): Note[] {
  if (versioning === undefined) return [];
  return versioning === 'on'
    ? [{ tone: 'plain', text: 'Versioning is on.' }]
    : [{ tone: 'faint', text: 'Versioning is off: whoever may write could replace what is there.' }];
}

/** Amazon S3 User Guide, "Object Lock": nobody, not even root, shortens the term of compliance mode. */
function objectLockNotes({ objectLock }: BucketLook): Note[] {
  if (objectLock === undefined) return [];
  const { mode, retention } = objectLock;
  if (mode === undefined) return [{ tone: 'plain', text: 'Object Lock is on, without a default retention.' }];
  const term = `Object Lock keeps each object for ${retention ?? 'its term'}, in ${mode.toLowerCase()} mode`;
  return mode === 'COMPLIANCE'
    ? [
        {
          tone: 'warn',
          text: `${term}: nobody can delete before, the small probe object of the access test included.`,
        },
      ]
    : [{ tone: 'plain', text: `${term}.` }];
}
