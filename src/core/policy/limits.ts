/**
 * How long a policy may be, and what counts: IAM leaves white space out; a session policy counts as it is sent, a
 * bucket's and a key's in bytes. Sources: "IAM and AWS STS quotas"; STS API Reference, AssumeRole; Amazon S3 User Guide,
 * "Bucket policies and user policies" (20 KB); AWS KMS API Reference, PutKeyPolicy (32 KiB).
 */
export const policyLimits = {
  managed: { most: 6_144, counts: 'characters without white space' },
  'user-inline': { most: 2_048, counts: 'characters without white space' },
  'group-inline': { most: 5_120, counts: 'characters without white space' },
  'role-inline': { most: 10_240, counts: 'characters without white space' },
  trust: { most: 2_048, counts: 'characters without white space' },
  session: { most: 2_048, counts: 'characters' },
  bucket: { most: 20_480, counts: 'bytes' },
  'kms-key': { most: 32_768, counts: 'bytes' },
} as const satisfies Record<string, { most: number; counts: string }>;

/** What a limit is set on; the inline limits are on the sum of all inline policies of one user, group or role. */
export type PolicyHolder = keyof typeof policyLimits;

/** The length of the policy's text in the unit of its holder's limit (`policyLimits[holder].counts`). */
export function policySize(json: string, holder: PolicyHolder): number {
  switch (policyLimits[holder].counts) {
    case 'bytes':
      return Buffer.byteLength(json, 'utf8');
    case 'characters':
      return json.length;
    default:
      return json.replaceAll(/\s/g, '').length;
  }
}

/** A character that IAM does not take, and where it stands (in UTF-16 units from 0). */
export interface ForbiddenCharacter {
  readonly character: string;
  readonly index: number;
}

/**
 * The first character of the text that no IAM policy document may hold: all but tab, line feed, carriage return and
 * U+0020 to U+00FF. Source: "IAM and AWS STS quotas", IAM name requirements.
 */
export function forbiddenCharacter(text: string): ForbiddenCharacter | undefined {
  const found = /[^\t\n\r\u0020-\u00ff]/u.exec(text);
  return found ? { character: found[0], index: found.index } : undefined;
}
