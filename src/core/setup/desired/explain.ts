import type { DesiredAccess } from './desired-access.ts';
import { externalIdsOf, storeUrl } from './desired-access.ts';

/** What the role will be able to do, in sentences that an administrator can sign. */
export function explainAccess(desired: DesiredAccess): string[] {
  const { trustedAccountId, bucket, prefix, role, policy, kmsKeyArn, writeOnce, headers = {} } = desired;
  const store = storeUrl(bucket, prefix);
  return [
    `Account ${trustedAccountId}, when it names organization id ${externalIdsOf(desired).join(' or ')}, may create objects below ${store} and nothing else.`,
    'It can not read, list or delete anything there, nor write elsewhere, nor change any setting.',
    ...(headers.tags === undefined ? [] : ['It may give them tags, as the profile says.']),
    ...(headers.acl === undefined ? [] : ['It may set their ACL, as the profile says.']),
    ...(kmsKeyArn === undefined
      ? []
      : [`For that it may have data keys made with the KMS key ${kmsKeyArn}, and can not decrypt with it.`]),
    writeOnce
      ? 'What it has created it can not replace: it must say with each write that the name has to be free (If-None-Match).'
      : 'Creating includes replacing an object whose name it knows: versioning keeps what was there before.',
    policy.inline
      ? `It does so through the role ${role.name}, which holds the policy ${policy.name} in itself.`
      : `It does so through the role ${role.name} with the policy ${policy.name} attached.`,
  ];
}
