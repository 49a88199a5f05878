import type { Verdict } from '../../../core/access/access-report.ts';
import type { SetupAnswers } from '../../../core/setup/answers/answers.ts';
import { describeChange } from '../../../core/setup/plan/change.ts';
import { explainAccess } from '../../../core/setup/desired/explain.ts';
import type { AccessPlan } from '../../../core/setup/plan/plan.ts';
import { printedAccess, renderAccess } from '../../../core/setup/render/render-access.ts';
import type { InitReport } from './init-report.ts';
import { desiredBy } from '../wizard/see-plan.ts';
import type { Wizard } from '../wizard/wizard.ts';

type Came = Pick<InitReport, 'outcome' | 'state'> &
  Partial<Pick<InitReport, 'roleArn' | 'receiptFile' | 'requestFile' | 'test'>> & {
    plan?: AccessPlan | undefined;
  };

/** Puts together what came of it. */
export function buildReport(wizard: Wizard, answers: SetupAnswers, came: Came): InitReport {
  const { plan, ...outcome } = came;
  const { profileName, host, caller, look, before, createBucket } = wizard;
  const desired = desiredBy(wizard, answers);
  return {
    report: 'init',
    version: 1,
    profile: profileName,
    configFile: host.config.file,
    caller: caller ?? null,
    answers,
    bucket: look ?? null,
    explanation: explainAccess(desired),
    changes: plan === undefined ? null : plan.changes.map(describeChange),
    findings: plan?.findings ?? [],
    documents: renderAccess(printedAccess(desired), 'json'),
    createdBucket: outcome.outcome === 'applied' && createBucket,
    roleArn: before?.role?.arn ?? null,
    receiptFile: null,
    requestFile: null,
    test: null,
    ...outcome,
    next: nextCommand(wizard, came),
  };
}

function nextCommand({ profileName, answers }: Wizard, { outcome, state, test, requestFile }: Came): string {
  const again = `audit-export init --profile ${profileName}`;
  if (outcome === 'requested')
    return `Have an administrator run: audit-export iam apply --request ${requestFile ?? ''}; then: ${again} --receipt FILE`;
  if (outcome === 'printed' && state === 'draft')
    return `${again} --apply makes it; audit-export iam show --profile ${profileName} prints Terraform, CloudFormation or AWS CLI`;
  if (state === 'draft') return `${again} goes on from here`;
  if (isToCure(test?.verdict))
    return `audit-export test-access --profile ${profileName} tests again, once that is cured`;
  if (test?.verdict === 'as-far-as-seen')
    return `Enter the role's ARN where account ${answers.accountId ?? ''} delivers from, and test the access there`;
  return `audit-export push --profile ${profileName} < events.jsonl`;
}

function isToCure(verdict: Verdict | undefined): boolean {
  return verdict === 'failed' || verdict === 'not-yet-visible';
}
