import { authorize } from '../policy/authorize.ts';
import type { Caller, Decision } from '../policy/authorize.ts';
import { asList } from '../policy/language.ts';
import { parsePolicyDocument, PolicyDocumentError } from '../policy/document.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Ascent } from './ascent.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { plannedAccess } from './planned-access.ts';
import { probeKey, roleNameOf } from './tested-access.ts';

/** Rung 12: whether the bucket policy denies a delivery. */
export async function lookAtBucketPolicy(ascent: Ascent): Promise<Outcome> {
  return withPolicy(ascent, (policy) => {
    if (policy === undefined) return { finding: 'no-bucket-policy' };
    const { reason, statement } = decide(ascent, policy, true);
    if (reason !== 'explicit-deny' || ascent.passed('put-object')) return { finding: 'bucket-policy-passes' };
    const denying = asList(policy.Statement)[statement?.index ?? 0];
    const detail =
      statement?.sid === undefined
        ? `statement ${(statement?.index ?? 0) + 1}`
        : `the statement ${statement.sid}`;
    // Where a request comes from (a VPC, an address) is not known here; a Deny that asks for it may or may not hold.
    return {
      finding: denying?.Condition === undefined ? 'bucket-policy-denies' : 'bucket-policy-may-deny',
      detail,
    };
  });
}

/** Rung 12: whether the bucket policy denies what comes without TLS. */
export async function lookAtTls(ascent: Ascent): Promise<Outcome> {
  return withPolicy(ascent, (policy) => ({
    finding:
      policy !== undefined && decide(ascent, policy, false).reason === 'explicit-deny'
        ? 'tls-only'
        : 'plain-http-allowed',
  }));
}

async function withPolicy(
  ascent: Ascent,
  judge: (policy: PolicyDocument | undefined) => Outcome,
): Promise<Outcome> {
  const tried = await ascent.bucketPolicy();
  if (!tried.ok) {
    const { refusal } = tried;
    return refusal.code === 'access-denied'
      ? { finding: 'hidden', detail: 'these credentials may not do s3:GetBucketPolicy', refusal }
      : generalOutcome(refusal);
  }
  try {
    const policy =
      tried.policy === undefined ? undefined : parsePolicyDocument(tried.policy, { kind: 'resource' });
    return { ...judge(policy), requestId: tried.requestId };
  } catch (error) {
    // A server that keeps any text as a policy, or an operator that AWS does not have.
    if (!(error instanceof PolicyDocumentError)) throw error;
    return { finding: 'hidden', detail: `the bucket policy can't be read: ${error.reason}` };
  }
}

/** The decision about a delivery that the policies of who delivers allow. */
function decide(ascent: Ascent, policy: PolicyDocument, overTls: boolean): Decision {
  const { access } = ascent;
  const caller = whoDelivers(ascent);
  const { account } = caller;
  const { policy: planned } = plannedAccess(access, account, { name: 'planned', inline: true });
  return authorize(
    {
      caller,
      action: 's3:PutObject',
      resource: `arn:${caller.arn.split(':')[1] ?? 'aws'}:s3:::${access.bucket}/${probeKey(access)}`,
      resourceAccount: access.bucketOwner ?? account,
      context: {
        'aws:SecureTransport': String(overTls),
        'aws:PrincipalAccount': account,
        's3:if-none-match': '*',
        's3:TlsVersion': '1.3',
      },
    },
    { identity: [planned.document], resource: policy, resourceKind: 'bucket' },
  );
}

/** The session of the role; without a role, the caller. */
function whoDelivers({ access, caller }: Ascent): Caller {
  const { role } = access;
  if (role === undefined)
    return { arn: caller?.arn ?? 'arn:aws:iam::', account: caller?.account ?? '', kind: 'user' };
  const [, partition = 'aws', , , account = ''] = role.arn.split(':');
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleNameOf(access) ?? ''}/audit-export`,
    account,
    kind: 'assumed-role',
    roleArn: role.arn,
  };
}
