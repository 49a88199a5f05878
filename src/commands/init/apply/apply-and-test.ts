import { appliedWith } from '../../../core/config/profile-answers.ts';
import type { SetupAnswers } from '../../../core/setup/answers/answers.ts';
import { partitionOf } from '../../../core/setup/answers/aws-partition.ts';
import type { AccessPlan } from '../../../core/setup/plan/plan.ts';
import { AuditExportError } from '../../../errors.ts';
import type { AccessReport } from '../../../core/access/access-report.ts';
import { applyAccess } from '../../iam/apply.ts';
import { buildReport } from './build-report.ts';
import type { InitReport } from './init-report.ts';
import { missingBucket } from '../wizard/look-around.ts';
import type { CompleteReceipt } from './receive-receipt.ts';
import { draftOf, saveProfile } from './save-profile.ts';
import type { Wizard } from '../wizard/wizard.ts';
import type { Profile, ProfileState } from '../../../ports/state/config-store.ts';

/** Until a change of IAM counts everywhere: seconds as a rule, rarely more than a minute. */
const propagationMs = 90_000;
/** Where this run has changed nothing, but an earlier one may just have done. */
const shortPatienceMs = 10_000;

/** Makes the bucket (if it shall be), policy and role, and tests them. Throws what a step was refused with. */
export async function applyAndTest(
  wizard: Wizard,
  answers: SetupAnswers,
  plan: AccessPlan | undefined,
): Promise<InitReport> {
  const { host, profileName } = wizard;
  if (plan === undefined) throw nothingToApplyWith(wizard);
  if (wizard.look?.existence === 'missing' && !wizard.createBucket) throw missingBucket(answers.bucket);
  const draft = draftOf(wizard);
  // Until the change is made, a profile that works stays as it is.
  if (!wizard.isSetUp) await saveProfile(wizard, draft);
  if (wizard.createBucket) await makeBucket(wizard, answers, draft);
  const iam = await host.openIam(answers.region, profileName);
  try {
    const receipt = await applyAccess(plan, iam);
    const applied = withRole(wizard, draft, {
      roleArn: receipt.roleArn ?? '',
      externalId: receipt.externalId,
      account: receipt.account ?? undefined,
    });
    await saveProfile(wizard, applied);
    const changed = plan.changes.length > 0 || wizard.createBucket;
    const tested = await testAndSettle(wizard, applied, changed ? propagationMs : shortPatienceMs);
    return buildReport(wizard, answers, {
      outcome: 'applied',
      plan,
      receiptFile: iam.receipts.location,
      ...tested,
    });
  } finally {
    await iam.admin.close();
  }
}

/** Goes on with what an administrator has made elsewhere. */
export async function receiveAndTest(
  wizard: Wizard,
  answers: SetupAnswers,
  { receipt, file }: { receipt: CompleteReceipt; file: string },
): Promise<InitReport> {
  const { roleArn, externalId, history } = receipt;
  const applied = withRole(wizard, draftOf(wizard), {
    roleArn,
    externalId,
    account: answers.customerAccountId,
  });
  await saveProfile(wizard, applied);
  const lastMs = Date.parse(history.at(-1)?.at ?? '') || 0;
  const patienceMs = Math.max(0, lastMs + propagationMs - wizard.host.clock.now());
  const tested = await testAndSettle(wizard, applied, Math.min(patienceMs, propagationMs));
  return buildReport(wizard, answers, { outcome: 'received', receiptFile: file, ...tested });
}

/** Tests a profile whose role and policy are as they should be, or out of sight. */
export async function testAgain(
  wizard: Wizard,
  answers: SetupAnswers,
  plan: AccessPlan | undefined,
): Promise<InitReport> {
  const { before } = wizard;
  const { types: _types, ...others } = before ?? {};
  const profile: Profile = { ...others, ...(answers.types === 'all' ? {} : { types: answers.types }) };
  const tested = await testAndSettle(wizard, profile, before?.state === 'active' ? 0 : shortPatienceMs);
  return buildReport(wizard, answers, { outcome: 'tested', plan, ...tested });
}

/** A run that stops in between is known by the draft, and goes on; a bucket that is whole is never touched again. */
async function makeBucket(wizard: Wizard, answers: SetupAnswers, draft: Profile): Promise<void> {
  const { host, reach } = wizard;
  const { bucket, region, kmsKeyArn } = answers;
  const buckets = await host.openBuckets(reach);
  if (!wizard.isSetUp)
    await saveProfile(wizard, { ...draft, setup: { ...draft.setup, unfinishedBucket: bucket } });
  await buckets.create({ bucket, region, partition: partitionOf(region), kmsKeyArn });
  host.say(`  ✔ make the bucket ${bucket}`, 'good');
  if (!wizard.isSetUp) await saveProfile(wizard, draft);
}

/** The draft with the role that was made, and with the owner of the bucket where it is known: each request names it. */
function withRole(
  { look, createBucket, caller, before }: Wizard,
  draft: Profile,
  { roleArn, externalId, account }: { roleArn: string; externalId: string; account: string | undefined },
): Profile {
  const owned = createBucket || look?.ownedByAccount === true;
  const keptOwner = before?.to === draft.to ? before?.bucketOwner : undefined;
  const setup = account === undefined ? draft.setup : { ...draft.setup, customerAccountId: account };
  return appliedWith(
    { ...draft, ...(setup === undefined ? {} : { setup }) },
    { roleArn, externalId, bucketOwner: owned ? caller?.account : keptOwner },
  );
}

interface Settled {
  state: ProfileState;
  roleArn: string | null;
  test: AccessReport | null;
}

/** Tests, and keeps what the test has shown: `active` is for what was proven. */
async function testAndSettle(wizard: Wizard, profile: Profile, patienceMs: number): Promise<Settled> {
  const test = wizard.online ? await testAccess(wizard, profile, patienceMs) : null;
  const { state: was = 'applied', ...others } = profile;
  const state = stateAfter(test, was);
  const settled: Profile = { state, ...others };
  if (JSON.stringify(settled) !== JSON.stringify(wizard.before)) await saveProfile(wizard, settled);
  return { state, roleArn: profile.role?.arn ?? null, test };
}

function stateAfter(test: AccessReport | null, was: ProfileState): ProfileState {
  switch (test?.verdict) {
    case 'passed':
      return 'active';
    case 'failed':
    case 'not-yet-visible':
      return 'applied';
    default:
      return was;
  }
}

async function testAccess(wizard: Wizard, profile: Profile, patienceMs: number): Promise<AccessReport> {
  const { host, profileName, reach } = wizard;
  host.say('');
  host.say(`Testing the access of the profile ${profileName}`, 'strong');
  return host.testAccess({ name: profileName, configFile: host.config.file, profile }, reach, patienceMs);
}

function nothingToApplyWith({ online }: Wizard): AuditExportError {
  const cure = 'Or have an administrator do it: audit-export init --request FILE';
  return online
    ? new AuditExportError('access-denied', 'Nothing was applied: what there is in IAM could not be seen.', {
        cure: `Use credentials that may read and write IAM. ${cure}`,
      })
    : new AuditExportError('no-credentials', 'Nothing was applied: there are no credentials at hand.', {
        cure: `Name an AWS profile with AWS_PROFILE, or set AWS_ACCESS_KEY_ID. ${cure}`,
      });
}
