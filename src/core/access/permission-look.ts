import type { DesiredAccess } from '../setup/desired-access.ts';
import { findDrift } from '../setup/find-drift.ts';
import type { DriftFinding, FindingCode as DriftCode } from '../setup/finding.ts';
import type { Ascent } from './ascent.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyPlace } from './planned-access.ts';
import { plannedAccess } from './planned-access.ts';
import type { TestedAccess } from './tested-access.ts';
import type { LiveAccess, LiveRole } from '../../ports/iam-admin.ts';

/** A name that no policy has, to look at the role alone. */
const noPolicy: PolicyPlace = { name: '', inline: true };
const nobody = '000000000000';

/** Rung 12: everything that hangs on the role, where it can be read. */
export async function lookAtPermissions(ascent: Ascent): Promise<Outcome> {
  const { access } = ascent;
  if (access.role === undefined) return { finding: 'no-role' };
  await ascent.identify();
  if (ascent.isElsewhere) return { finding: 'policies-elsewhere' };
  const first = await readPolicies(ascent, noPolicy);
  if ('finding' in first) return first;
  const { role } = first;
  if (role === undefined) return { finding: 'needs-unmet', detail: 'role' };
  const place = placeOf(access, role);
  const live = place.inline ? first : await readPolicies(ascent, place);
  if ('finding' in live) return live;
  const found = differences(plannedAccess(access, nobody, place), live, ascent.permission.now());
  return judge(found, ascent);
}

async function readPolicies({ access, prober }: Ascent, place: PolicyPlace): Promise<LiveAccess | Outcome> {
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

/** What `iam plan` would find, but for the trust policy and the bucket, which have looks of their own. */
function differences(planned: DesiredAccess, live: LiveAccess, nowMs: number): DriftFinding[] {
  const { role, policy } = live;
  if (role === undefined) return [];
  const withoutTrust = { ...role, trustPolicy: JSON.stringify(planned.role.trustPolicy) };
  const { findings } = findDrift(planned, { ...live, role: withoutTrust }, { removeExtras: false, nowMs });
  const hangs = planned.policy.inline
    ? role.inline.some(({ name }) => name === planned.policy.name)
    : role.attached.some(({ arn }) => arn === policy?.arn);
  const relevant = findings.filter(
    ({ code }) => !['role-path', 'name-taken', 'rotation-under-way'].includes(code),
  );
  return hangs
    ? relevant
    : [notAttached(planned), ...relevant.filter(({ code }) => code.startsWith('extra-'))];
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

const wider: ReadonlySet<DriftCode> = new Set([
  'widened-action',
  'widened-resource',
  'extra-attached-policy',
  'extra-inline-policy',
]);

function judge(found: readonly DriftFinding[], ascent: Ascent): Outcome {
  const drift = found.filter(({ level }) => level !== 'warning');
  if (drift.length === 0) return { finding: 'policy-as-planned' };
  const causes = [...new Set(drift.map(({ code }) => code))];
  const detail = drift.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const told = { detail, causes, ...cureOf(drift) };
  if (causes.some((code) => wider.has(code))) return { finding: 'policy-wider', ...told };
  if (causes.includes('overwrite-allowed') && causes.length === 1)
    return { finding: 'policy-replaces', ...told };
  // What was really delivered can't be forbidden: another policy, the bucket's, may allow it.
  return { finding: ascent.passed('put-object') ? 'policy-otherwise' : 'policy-narrower', ...told };
}

/** What a plan can't put right has a cure of its own, which comes first. */
function cureOf(drift: readonly DriftFinding[]): Pick<Outcome, 'cure'> {
  const own = drift.find(({ curedByPlan, code, cure }) => !curedByPlan && cure !== '' && !wider.has(code));
  return own === undefined ? {} : { cure: own.cure };
}
