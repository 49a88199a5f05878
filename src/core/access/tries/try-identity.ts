import { answerRules, vendorsRoleNameProblem } from '../../setup/answers/answer-rules.ts';
import { shellWord } from '../../language/shell-word.ts';
import type { Observations } from './observations.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { TestedAccess } from '../tested/tested-access.ts';
import { roleNameOf } from '../tested/tested-access.ts';

const minuteMs = 60_000;
/** AWS refuses what was signed longer ago or later than this: "Signing and authenticating REST requests". */
const mostSkewMs = 15 * minuteMs;
const noticeableSkewMs = 5 * minuteMs;
/** A session that ends before a run of usual length does. */
const soonMs = 5 * minuteMs;

/** Rung 1: what the profile says. */
export async function tryConfiguration(observed: Observations): Promise<Outcome> {
  const { access } = observed;
  const problem = incompleteness(access);
  if (problem !== undefined) return { finding: 'configuration-incomplete', detail: problem };
  const roleName = roleNameOf(access);
  const nameProblem =
    roleName === undefined || access.deliverer !== 'vendor' ? undefined : vendorsRoleNameProblem(roleName);
  if (nameProblem !== undefined)
    return { finding: 'role-name-prefix', detail: nameProblem.replace(/\.$/, '') };
  if (access.role !== undefined && access.role.externalId === undefined)
    return { finding: 'no-external-id', ...knownId(observed) };
  return { finding: 'configuration-complete' };
}

/** The id that the set-up knows need not be looked for. */
function knownId({ access, names }: Observations): Pick<Outcome, 'cure'> {
  const { organizationId: id } = access;
  return id === undefined
    ? {}
    : {
        cure: `audit-export init${names.profileFlag} --reconfigure --organization-id ${shellWord(id)} --yes`,
      };
}

/** Ceph has tenants in the place of accounts, or none. */
const roleArnForm = /^arn:aws[a-z-]*:iam::(?:\d{12}|[A-Za-z_][\w-]*)?:role\/\S+$/;

function incompleteness({ region, role, bucketOwner }: TestedAccess): string | undefined {
  if (region === undefined)
    return 'it is not said in which region the bucket is (--region, the profile, or AWS_REGION)';
  if (role !== undefined && !roleArnForm.test(role.arn))
    return `${JSON.stringify(role.arn)} is not the ARN of a role`;
  if (bucketOwner !== undefined && !/^\d{12}$/.test(bucketOwner))
    return `bucketOwner is ${JSON.stringify(bucketOwner)}, and an account id has 12 digits`;
  const idProblem =
    role?.externalId === undefined ? undefined : answerRules.organizationId.check(role.externalId);
  return idProblem === undefined ? undefined : `the external id: ${idProblem}`;
}

/** Rung 2: whether there are credentials, of which kind, until when, and whose. */
export async function tryCredentials(observed: Observations): Promise<Outcome> {
  const found = await observed.prober.identity.credentials();
  if (!found.ok) {
    const { refusal } = found;
    const { cure } = refusal;
    return refusal.code === 'no-credentials'
      ? { finding: 'no-credentials', detail: refusal.said.replace(/\.$/, ''), cure, refusal }
      : { ...generalOutcome(refusal), cure };
  }
  const { kind, expiresMs = Number.POSITIVE_INFINITY } = found;
  const leftMs = expiresMs - observed.permission.now();
  if (leftMs <= 0) return { finding: 'credentials-expired' };
  const { tried } = await observed.identify();
  if (!tried.ok) {
    const { code } = tried.refusal;
    if (code === 'expired-credentials' || code === 'invalid-credentials')
      return generalOutcome(tried.refusal);
    return { finding: 'credentials-found', detail: kind };
  }
  const { requestId } = tried;
  if (tried.caller === undefined) return { finding: 'credentials-found', detail: kind, requestId };
  if (leftMs < soonMs)
    return {
      finding: 'credentials-end-soon',
      detail: `in ${Math.max(1, Math.round(leftMs / minuteMs))} minutes`,
      requestId,
    };
  return { finding: 'credentials-known', detail: kind, requestId };
}

/** Rung 3: whether STS answers; what it answers does not matter here. */
export async function tryStsEndpoint(observed: Observations): Promise<Outcome> {
  const { tried } = await observed.identify();
  if (tried.ok) return { finding: 'sts-answers', requestId: tried.requestId };
  const { refusal } = tried;
  if (observed.access.role === undefined) return { finding: 'no-role', refusal };
  if (refusal.awsError?.startsWith('RegionDisabled') === true)
    return { finding: 'sts-switched-off', refusal };
  if (refusal.code === 'unreachable')
    return { finding: 'sts-unreachable', detail: refusal.message.replace(/\.$/, ''), refusal };
  // A server that has no such call, or does not allow it, has answered.
  if (refusal.code === 'not-supported' || refusal.code === 'access-denied')
    return { finding: 'sts-answers', refusal };
  return generalOutcome(refusal);
}

/** Rung 3: the clock. The SDK corrects its own after a refusal; other tools do not. */
export async function tryClock(observed: Observations): Promise<Outcome> {
  const { skewMs } = await observed.identify();
  if (skewMs === undefined) return { finding: 'clock-unknown' };
  const off = Math.abs(skewMs);
  const detail = `this machine is ${Math.round(off / minuteMs)} minutes ${skewMs > 0 ? 'behind' : 'ahead of'} AWS`;
  if (off > mostSkewMs) return { finding: 'clock-wrong', detail };
  if (off > noticeableSkewMs) return { finding: 'clock-off', detail };
  const seconds = Math.max(1, Math.ceil(off / 1000));
  return { finding: 'clock-right', detail: seconds === 1 ? 'the second' : `${seconds} seconds` };
}
