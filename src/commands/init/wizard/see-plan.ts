import { isAuditExportError } from '../../../errors.ts';
import type { SetupAnswers } from '../../../core/setup/answers/answers.ts';
import { describeChange } from '../../../core/setup/plan/change.ts';
import type { DesiredAccess } from '../../../core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../../core/setup/desired/desired-access.ts';
import { explainAccess } from '../../../core/setup/desired/explain.ts';
import type { AccessPlan } from '../../../core/setup/plan/plan.ts';
import { printedAccess, renderAccess } from '../../../core/setup/render/render-access.ts';
import { readPlan } from '../../iam/plan.ts';
import type { InitHost } from '../init-host.ts';
import type { Wizard } from './wizard.ts';

/** What the answers ask for, in the account of the credentials at hand where there are any. */
export function desiredBy({ caller }: Pick<Wizard, 'caller'>, answers: SetupAnswers): DesiredAccess {
  const customerAccountId = answers.customerAccountId ?? caller?.account;
  return buildDesiredAccess({
    ...answers,
    ...(customerAccountId === undefined ? {} : { customerAccountId }),
  });
}

/**
 * Shows what will be: in words, as changes, as documents. Answers with the plan, or with nothing where IAM can't be
 * asked: then documents are all there is.
 */
export async function seePlan(wizard: Wizard, answers: SetupAnswers): Promise<AccessPlan | undefined> {
  const { host } = wizard;
  const desired = desiredBy(wizard, answers);
  const plan = await planOf(wizard, desired);
  host.say('');
  host.say('What the role will be able to do', 'strong');
  for (const sentence of explainAccess(desired)) host.say(`  ${sentence}`);
  showChanges(wizard, plan);
  const unchanged = plan === undefined ? wizard.isSetUp : plan.inSync && plan.changes.length === 0;
  if (!wizard.options.print && !unchanged) showDocuments(host, desired);
  return plan;
}

async function planOf(wizard: Wizard, desired: DesiredAccess): Promise<AccessPlan | undefined> {
  const { host, caller, options, profileName } = wizard;
  if (!wizard.online) return undefined;
  if (caller !== undefined && desired.customerAccountId !== caller.account) {
    host.say(
      `Role and policy are in account ${desired.customerAccountId ?? ''}: these credentials, of account ${caller.account}, can't see them.`,
      'faint',
    );
    return undefined;
  }
  const iam = await host.openIam(desired.region, profileName);
  try {
    return await readPlan(desired, iam.admin, { nowMs: host.clock.now() });
  } catch (error) {
    if (!isAuditExportError(error) || options.apply) throw error;
    host.say(`What there is in IAM could not be seen: ${error.message}`, 'warn');
    return undefined;
  } finally {
    await iam.admin.close();
  }
}

function showChanges(wizard: Wizard, plan: AccessPlan | undefined): void {
  const { host, createBucket, answers, caller, look } = wizard;
  if (plan === undefined && !createBucket) return;
  host.say('');
  host.say(`What will be done${caller === undefined ? '' : ` in account ${caller.account}`}`, 'strong');
  if (createBucket)
    host.say(
      `  + make the bucket ${answers.bucket ?? ''}: public access blocked, owner enforced, encrypted${look?.plainHttp === undefined ? ', TLS only' : ''}`,
      'good',
    );
  if (plan === undefined) return;
  for (const change of plan.changes) host.say(`  + ${describeChange(change)}`, 'good');
  if (plan.inSync) host.say('  Nothing in IAM: role and policy are as they should be.');
  showFindings(host, plan);
}

function showFindings(host: InitHost, { findings, notes }: AccessPlan): void {
  for (const { level, resource, message, cure, curedByPlan } of findings) {
    host.say(`  ! ${resource}: ${message}`, level === 'warning' ? 'faint' : 'warn');
    if (!curedByPlan) host.say(`    → ${cure}`);
  }
  for (const note of notes) host.say(`  ${note}`, 'faint');
}

function showDocuments({ say }: InitHost, desired: DesiredAccess): void {
  for (const { file, text } of renderAccess(printedAccess(desired), 'json')) {
    say('');
    say(file, 'strong');
    say(text.trimEnd().replaceAll(/^/gm, '  '), 'faint');
  }
  say('');
}
