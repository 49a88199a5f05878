import { parsePolicyDocument, PolicyDocumentError } from '../../policy/document.ts';
import type { BucketTrouble } from '../bucket/bucket-troubles.ts';
import { bucketTroubles } from '../bucket/bucket-troubles.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import type { LiveBucket } from '../../../ports/aws/iam-admin.ts';
import { putPolicyCommand } from '../bucket/mend-bucket-policy.ts';
import type { PermissionView } from './permission-findings.ts';

const codes: Readonly<Record<BucketTrouble['kind'], readonly [FindingCode, DriftFinding['level']]>> = {
  denies: ['bucket-policy-denies', 'drift'],
  lacks: ['bucket-policy-denies', 'drift'],
  'may-deny': ['bucket-policy-denies', 'warning'],
  'role-may': ['bucket-policy-wide', 'drift'],
  public: ['bucket-policy-wide', 'drift'],
  'public-but-blocked': ['bucket-policy-shared', 'warning'],
  'others-change': ['bucket-policy-wide', 'drift'],
  'others-read': ['bucket-policy-shared', 'warning'],
};

/** What the bucket's own policy denies to deliveries, and allows to whom it should not. */
export function bucketFindings(
  { desired, route }: PermissionView,
  bucket: LiveBucket | undefined,
): DriftFinding[] {
  if (bucket?.policy === undefined) return [];
  return troublesIn(bucket.policy, (policy) => ({
    policy,
    route,
    identity: [desired.policy.document],
    trustedAccount: desired.trustedAccountId,
    publicAccessBlocked: bucket.publicAccessBlocked,
  })).map((trouble): DriftFinding => {
    const [code, level] = codes[trouble.kind];
    return {
      code,
      level,
      resource: desired.bucket,
      message: describeTrouble(trouble),
      cure: cureOfTrouble(trouble, desired.bucket, ''),
      curedByPlan: false,
    };
  });
}

/** The troubles of a stored policy; a document that can't be evaluated has none that could be told. */
export function troublesIn(
  text: string,
  viewOf: (policy: Parameters<typeof bucketTroubles>[0]['policy']) => Parameters<typeof bucketTroubles>[0],
): BucketTrouble[] {
  try {
    return bucketTroubles(viewOf(parsePolicyDocument(text, { kind: 'resource' })));
  } catch (error) {
    if (error instanceof PolicyDocumentError) return [];
    throw error;
  }
}

/** What is wrong, in words. */
export function describeTrouble({ kind, statements, what, who, overTls: url }: BucketTrouble): string {
  switch (kind) {
    case 'denies':
      return `${statements} of the bucket policy denies ${what}${url === undefined ? '' : ': it demands TLS, and the store is reached by plain HTTP'}`;
    case 'may-deny':
      return `${statements} of the bucket policy may deny ${what}`;
    case 'lacks':
      return `the bucket belongs to another account than the role, and its policy does not allow ${what}`;
    case 'public-but-blocked':
      return `${statements} of the bucket policy lets anybody do ${what}; only Block Public Access stands before it`;
    default:
      return `${statements} of the bucket policy lets ${who} do ${what}`;
  }
}

/** The command or setting that ends it. `profileFlag`: ` --profile acme`, or nothing. */
export function cureOfTrouble(
  { kind, settings, overTls: url, mended }: BucketTrouble,
  bucket: string,
  profileFlag: string,
): string {
  if (kind === 'may-deny')
    return `see whether it holds where deliveries come from: aws s3api get-bucket-policy --bucket ${bucket} --query Policy --output text`;
  if (url !== undefined)
    return `${overTls(url, profileFlag)} (or take that statement out, where the server speaks no TLS)`;
  if (settings !== undefined)
    return [
      ...Object.entries(settings).map(([name, value]) => configSet(name, value, profileFlag)),
      ...rightOn(settings.kmsKeyId, profileFlag),
    ].join(' && ');
  return putPolicyCommand(bucket, mended);
}

/** Whoever names a key has to be allowed to use it. */
function rightOn(kmsKeyId: string | undefined, profileFlag: string): string[] {
  if (kmsKeyId === undefined) return [];
  return [`audit-export init${profileFlag} --reconfigure --kms-key-arn ${kmsKeyId} --yes`];
}

/** The command by which the store at a URL is reached with TLS from then on. */
export function overTls(url: string, profileFlag: string): string {
  return `audit-export init${profileFlag} --reconfigure --endpoint-url ${url.replace(/^http:/, 'https:')} --yes`;
}

function configSet(
  name: string,
  value: string | Readonly<Record<string, string>> | undefined,
  profileFlag: string,
): string {
  if (value === undefined) return `audit-export config set${profileFlag} --unset ${name}`;
  const words =
    typeof value === 'string' ? [value] : Object.entries(value).map(([tag, text]) => `${tag}=${text}`);
  return `audit-export config set${profileFlag} ${name} ${words.join(' ')}`;
}
