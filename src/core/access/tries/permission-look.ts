import type { DesiredAccess } from '../../setup/desired/desired-access.ts';
import { keyRightsOf, neededKeys } from '../../setup/drift/bucket-key.ts';
import { findDrift } from '../../setup/drift/find-drift.ts';
import type { DriftFinding, FindingCode as DriftCode } from '../../setup/drift/finding.ts';
import type { BucketEncryption, BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { LiveAccess, LiveRole } from '../../../ports/aws/iam-admin.ts';
import { judgeDeliveries } from '../../setup/delivery/judge-deliveries.ts';
import { withDatesOf } from '../../setup/delivery/delivery.ts';
import {
  documentsIn,
  documentsOf,
  neededBy,
  rolePoliciesOf,
  routeOf,
} from '../../setup/drift/role-policies.ts';
import type { Observations } from './observations.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyPlace } from '../tested/planned-access.ts';
import { plannedAccess } from '../tested/planned-access.ts';
import type { TestedAccess } from '../tested/tested-access.ts';

/** A name that no policy has, to look at the role alone. */
const noPolicy: PolicyPlace = { name: '', inline: true };
const nobody = '000000000000';

/** Rung 12: everything that hangs on the role, where it can be read. */
export async function lookAtPermissions(observed: Observations): Promise<Outcome> {
  const found = await readRole(observed);
  if ('finding' in found) return found;
  const { planned, live } = found;
  return judge(differences(planned, live, observed.permission.now()), observed);
}

/** Whether the policies of the role let it have data keys made with a key; undefined where they can't be read. */
export async function mayUseKey(observed: Observations, kmsKey: string): Promise<boolean | undefined> {
  const found = await readRole(observed);
  if ('finding' in found) return undefined;
  const { planned, live } = found;
  const policies = rolePoliciesOf(planned, live);
  const { own, extras } = policies;
  const route = routeOf(planned, live, observed.permission.now());
  const { key, spared } = keyRightsOf(planned, route, { policies, bucket: live.bucket });
  if (key.kind === 'unknown') return spared.length > 0;
  const asked = neededBy(route, [kmsKey]);
  const identity = documentsOf([own, ...extras].map((policy) => policy?.document));
  return judgeDeliveries(
    asked.filter(({ type }) => type === 'encryption'),
    { identity },
  ).every(({ verdict }) => verdict === 'allowed');
}

/** The role with all that hangs on it, and as it is planned. */
async function readRole(
  observed: Observations,
): Promise<{ planned: DesiredAccess; live: LiveAccess } | Outcome> {
  const { access } = observed;
  if (access.role === undefined) return { finding: 'no-role' };
  await observed.identify();
  if (observed.isElsewhere) return { finding: 'policies-elsewhere' };
  const first = await readPolicies(observed, noPolicy);
  if ('finding' in first) return first;
  const { role } = first;
  if (role === undefined) return { finding: 'needs-unmet', detail: 'role' };
  const place = placeOf(access, role);
  const live = place.inline ? first : await readPolicies(observed, place);
  if ('finding' in live) return live;
  const look = await observed.look();
  const encryption = look.ok ? encryptionIn(look.look) : undefined;
  const bucket = {
    policy: undefined,
    publicAccessBlocked: false,
    ...(encryption === undefined ? {} : { encryption }),
    ...transportFact(observed),
  };
  return { planned: plannedAccess(access, nobody, place), live: { ...live, bucket } };
}

/** A bucket that shows how it encrypts and says nothing of it encrypts with the keys of S3 itself. */
function encryptionIn({ existence, encryption, unseen }: BucketLook): BucketEncryption | undefined {
  const isSeen = existence === 'there' && !unseen.some((what) => what.startsWith('default encryption'));
  return encryption ?? (isSeen ? { algorithm: 'AES256' } : undefined);
}

function transportFact({ facts: { plainHttp } }: Observations): { plainHttp?: string } {
  return plainHttp === undefined ? {} : { plainHttp };
}

async function readPolicies(
  { access, prober }: Observations,
  place: PolicyPlace,
): Promise<LiveAccess | Outcome> {
  const tried = await prober.identity.readPolicies(plannedAccess(access, nobody, place));
  if (tried.ok) return tried.live;
  const { refusal } = tried;
  return refusal.code === 'access-denied'
    ? { finding: 'hidden', detail: refusal.message.replace(/\.$/, ''), refusal }
    : generalOutcome(refusal);
}

/** Where the permissions should be: as the profile says, else in the first policy that the role has. */
function placeOf({ policyName, inlinePolicy }: TestedAccess, { attached, inline }: LiveRole): PolicyPlace {
  const [firstAttached] = attached;
  const [firstInline] = inline;
  if (policyName !== undefined && (inlinePolicy || attached.some(({ name }) => name === policyName)))
    return { name: policyName, inline: inlinePolicy };
  if (policyName === undefined && firstAttached !== undefined)
    return { name: firstAttached.name, inline: false };
  if (policyName === undefined && firstInline !== undefined) return { name: firstInline.name, inline: true };
  return { name: policyName ?? '', inline: true };
}

interface Found {
  found: DriftFinding[];
  /** All that hangs on the role, taken together, lets deliveries pass. */
  together: boolean;
}

/** What `iam plan` would find, but for the trust policy and the bucket, which have looks of their own. */
function differences(planned: DesiredAccess, live: LiveAccess, nowMs: number): Found {
  const { role, policy } = live;
  if (role === undefined) return { found: [], together: false };
  const withoutTrust = { ...role, trustPolicy: JSON.stringify(planned.role.trustPolicy) };
  const { findings } = findDrift(planned, { ...live, role: withoutTrust }, { removeExtras: false, nowMs });
  const hangs = planned.policy.inline
    ? role.inline.some(({ name }) => name === planned.policy.name)
    : role.attached.some(({ arn }) => arn === policy?.arn);
  const relevant = findings.filter(
    ({ code }) => !['role-path', 'name-taken', 'rotation-under-way'].includes(code),
  );
  return {
    found: hangs
      ? relevant
      : [notAttached(planned), ...relevant.filter(({ code }) => code.startsWith('extra-'))],
    together: hangs && deliversTogether(planned, live, nowMs),
  };
}

function deliversTogether(planned: DesiredAccess, live: LiveAccess, nowMs: number): boolean {
  const policies = rolePoliciesOf(planned, live);
  const { own, extras, boundary } = policies;
  const route = withDatesOf(routeOf(planned, live, nowMs), documentsIn(policies));
  const keys = keyRightsOf(planned, route, { policies, bucket: live.bucket });
  const identity = documentsOf([own, ...extras].map((policy) => policy?.document));
  const limits = documentsOf([boundary])[0];
  return judgeDeliveries(neededBy(route, neededKeys(planned, keys)), {
    identity,
    ...(limits === undefined ? {} : { boundary: limits }),
  }).every(({ verdict }) => verdict === 'allowed');
}

function notAttached({ role, policy }: DesiredAccess): DriftFinding {
  const which =
    policy.name === '' ? 'no policy' : `the policy ${policy.name} does not hang on the role, and no other`;
  return {
    code: 'narrowed-policy',
    level: 'drift',
    resource: role.name,
    message: policy.name === '' ? 'no policy hangs on the role' : which,
    cure: '',
    curedByPlan: true,
  };
}

/** Warnings about deliveries that may be refused. */
const mayRefuse: ReadonlySet<DriftCode> = new Set(['permissions-boundary', 'denying-policy']);

const wider: ReadonlySet<DriftCode> = new Set([
  'widened-action',
  'widened-resource',
  'extra-attached-policy',
  'extra-inline-policy',
]);

function judge({ found, together }: Found, observed: Observations): Outcome {
  const told = found.filter(({ level, code }) => level !== 'warning' || mayRefuse.has(code));
  const sure = told.filter(({ level }) => level !== 'warning');
  if (told.length === 0) return { finding: 'policy-as-planned' };
  const drift = sure.length > 0 ? sure : told;
  const causes = [...new Set(drift.map(({ code }) => code))];
  const detail = drift.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const outcome = { detail, causes, ...cureOf(drift) };
  if (causes.some((code) => wider.has(code))) return { finding: 'policy-wider', ...outcome };
  if (causes.includes('overwrite-allowed') && causes.length === 1)
    return { finding: 'policy-replaces', ...outcome };
  // What was really delivered can't be forbidden: another policy, the bucket's, may allow it.
  const passes = sure.length === 0 || together || observed.passed('put-object');
  return { finding: passes ? 'policy-otherwise' : 'policy-narrower', ...outcome };
}

/** What a plan can't put right has a cure of its own, which comes first. */
function cureOf(drift: readonly DriftFinding[]): Pick<Outcome, 'cure'> {
  const own = drift.find(({ curedByPlan, code, cure }) => !curedByPlan && cure !== '' && !wider.has(code));
  return own === undefined ? {} : { cure: own.cure };
}
