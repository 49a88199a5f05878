import type { Caller } from '../../policy/authorize.ts';
import { parsePolicyDocument, PolicyDocumentError } from '../../policy/document.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { cureOfTrouble, describeTrouble, overTls } from '../../setup/drift/bucket-findings.ts';
import type { BucketTrouble } from '../../setup/bucket/bucket-troubles.ts';
import { bucketTroubles } from '../../setup/bucket/bucket-troubles.ts';
import { deliveriesOf, sessionOf } from '../../setup/delivery/delivery.ts';
import { judgeDeliveries } from '../../setup/delivery/judge-deliveries.ts';
import { amend, demandingTls, putPolicyCommand } from '../../setup/bucket/mend-bucket-policy.ts';
import type { Observations } from './observations.ts';
import type { FindingCode } from '../findings/findings.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { plannedAccess, routeOfAccess } from '../tested/planned-access.ts';

/** The kinds of trouble, the worst first, and what each is called. */
const found: Readonly<Record<BucketTrouble['kind'], FindingCode>> = {
  denies: 'bucket-policy-denies',
  lacks: 'bucket-policy-lacks',
  public: 'bucket-policy-public',
  'role-may': 'bucket-policy-wide',
  'others-change': 'bucket-policy-others-change',
  'may-deny': 'bucket-policy-may-deny',
  'public-but-blocked': 'bucket-policy-public-but-blocked',
  'others-read': 'bucket-policy-others-read',
};
const order = Object.keys(found) as BucketTrouble['kind'][];

/** Rung 12: what the bucket policy denies of a delivery, and what it allows to whom it should not. */
export async function lookAtBucketPolicy(observed: Observations): Promise<Outcome> {
  const look = await observed.look();
  const publicAccessBlocked = look.ok && look.look.publicAccessBlocked === true;
  return withPolicy(observed, (policy) => {
    const { access } = observed;
    const caller = whoDelivers(observed);
    const route = routeOfAccess(access, { ...observed.facts, caller });
    const { policy: planned } = plannedAccess(access, caller.account, { name: 'planned', inline: true });
    if (policy === undefined)
      return route.owner === caller.account || observed.passed('put-object')
        ? { finding: 'no-bucket-policy' }
        : {
            finding: 'bucket-policy-lacks',
            detail:
              'the bucket belongs to another account than the role, and has no policy that lets it write',
            cure: putPolicyCommand(access.bucket, amend(undefined, route)),
          };
    const troubles = bucketTroubles({
      policy,
      route,
      identity: [planned.document],
      trustedAccount: observed.trustedAccount,
      publicAccessBlocked,
    });
    return worstOf(troubles, observed) ?? { finding: 'bucket-policy-passes' };
  });
}

function worstOf(troubles: readonly BucketTrouble[], observed: Observations): Outcome | undefined {
  // What was really delivered is not denied, whatever could not be known of it.
  const standing = troubles.filter(({ isProbed }) => !(observed.passed('put-object') && isProbed === true));
  const [worst] = order.flatMap((kind) => standing.filter((trouble) => trouble.kind === kind));
  if (worst === undefined) return undefined;
  const { bucket } = observed.access;
  return {
    finding: found[worst.kind],
    detail: describeTrouble(worst),
    cure: cureOfTrouble(worst, bucket, observed.names.profileFlag),
  };
}

/** Rung 12: whether the bucket policy denies what comes without TLS. */
export async function lookAtTls(observed: Observations): Promise<Outcome> {
  return withPolicy(observed, (policy) => {
    if (policy !== undefined && deniesPlain(observed, policy)) return { finding: 'tls-only' };
    const { plainHttp } = observed.facts;
    // To deny what this tool itself does would be no cure.
    if (plainHttp !== undefined)
      return {
        finding: 'plain-http-used',
        detail: plainHttp,
        cure: overTls(plainHttp, observed.names.profileFlag),
      };
    const { bucket } = observed.access;
    const partition = whoDelivers(observed).arn.split(':')[1] ?? 'aws';
    return {
      finding: 'plain-http-allowed',
      cure: putPolicyCommand(bucket, demandingTls(policy, `arn:${partition}:s3:::${bucket}`)),
    };
  });
}

function deniesPlain(observed: Observations, policy: PolicyDocument): boolean {
  const caller = whoDelivers(observed);
  const { policy: planned } = plannedAccess(observed.access, caller.account, {
    name: 'planned',
    inline: true,
  });
  const route = { ...routeOfAccess(observed.access, { ...observed.facts, caller }), secure: false };
  return judgeDeliveries(deliveriesOf(route), {
    identity: [planned.document],
    resource: policy,
    resourceKind: 'bucket',
  }).every(({ verdict, decision }) => verdict === 'denied' && decision.reason === 'explicit-deny');
}

async function withPolicy(
  observed: Observations,
  judge: (policy: PolicyDocument | undefined) => Outcome,
): Promise<Outcome> {
  const tried = await observed.bucketPolicy();
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

/** The session of the role; without a role, the caller. */
function whoDelivers({ access, caller, facts }: Observations): Caller {
  const { role } = access;
  return role === undefined
    ? { arn: caller?.arn ?? 'arn:aws:iam::', account: caller?.account ?? '', kind: 'user' }
    : sessionOf(role.arn, facts.roleId);
}
