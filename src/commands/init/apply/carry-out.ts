import { buildAccessRequest } from '../../../core/setup/answers/access-request.ts';
import type { SetupAnswers } from '../../../core/setup/answers/answers.ts';
import type { AccessPlan } from '../../../core/setup/plan/plan.ts';
import { applyAndTest, receiveAndTest, testAgain } from './apply-and-test.ts';
import { buildReport } from './build-report.ts';
import type { InitReport } from './init-report.ts';
import type { NextStep } from '../next-step.ts';
import type { CompleteReceipt } from './receive-receipt.ts';
import { draftOf, saveProfile } from './save-profile.ts';
import type { Wizard } from '../wizard/wizard.ts';

/** What was decided. `plan` is missing where IAM could not be asked. */
export type Decision =
  | { step: Exclude<NextStep, 'change'> | 'test'; plan: AccessPlan | undefined }
  | { step: 'request'; file: string }
  | { step: 'receive'; file: string; receipt: CompleteReceipt };

/** Does what was decided, keeps where the set-up stands, and says what came of it. */
export async function carryOut(
  wizard: Wizard,
  answers: SetupAnswers,
  decision: Decision,
): Promise<InitReport> {
  switch (decision.step) {
    case 'request':
      return writeRequest(wizard, answers, decision.file);
    case 'receive':
      return receiveAndTest(wizard, answers, decision);
    case 'apply':
      return applyAndTest(wizard, answers, decision.plan);
    case 'test':
      return testAgain(wizard, answers, decision.plan);
    default:
      return keep(wizard, answers, { step: decision.step, plan: decision.plan });
  }
}

/** Makes nothing. The answers are kept as a draft; a profile that is set up becomes one only where that is meant. */
async function keep(
  wizard: Wizard,
  answers: SetupAnswers,
  { step, plan }: { step: 'print' | 'save'; plan: AccessPlan | undefined },
): Promise<InitReport> {
  const stays = wizard.isSetUp && (step === 'print' || !wizard.options.reconfigure);
  if (!stays) await saveProfile(wizard, draftOf(wizard));
  const state = stays ? (wizard.before?.state ?? 'active') : 'draft';
  return buildReport(wizard, answers, { outcome: step === 'print' ? 'printed' : 'saved', state, plan });
}

async function writeRequest(wizard: Wizard, answers: SetupAnswers, file: string): Promise<InitReport> {
  const request = buildAccessRequest(answers, wizard.profileName);
  await wizard.host.writeFile(file, `${JSON.stringify(request, null, 2)}\n`);
  const state = wizard.isSetUp ? (wizard.before?.state ?? 'active') : 'draft';
  return buildReport(wizard, answers, { outcome: 'requested', state, requestFile: file });
}
