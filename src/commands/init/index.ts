import { shellWord } from '../../core/language/shell-word.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import { answerRules, contradictions } from '../../core/setup/answers/answer-rules.ts';
import type { AccessPlan } from '../../core/setup/plan/plan.ts';
import type { SetupAnswers } from '../../core/setup/answers/answers.ts';
import { understood } from '../../core/setup/answers/understood-answers.ts';
import { askQuestions, changeAnswer, demandAnswers } from './wizard/ask-questions.ts';
import type { Decision } from './apply/carry-out.ts';
import { carryOut } from './apply/carry-out.ts';
import { givenAnswers, isComplete } from './wizard/given-answers.ts';
import { answerText } from '../../core/setup/answers/answers.ts';
import type { InitHost } from './init-host.ts';
import type { InitReport } from './apply/init-report.ts';
import { lookAtCaller } from './wizard/look-around.ts';
import { chooseStep, decidedStep } from './next-step.ts';
import { questions } from './wizard/questions.ts';
import { seePlan } from './wizard/see-plan.ts';
import { readReceipt } from './apply/receive-receipt.ts';
import { saveDraft } from './apply/save-profile.ts';
import type { TargetProfile } from './target-profile.ts';
import { describeAnswerChange, guardedChanges, refuseSlips, targetProfile } from './target-profile.ts';
import type { InitRequest, Wizard } from './wizard/wizard.ts';

export type { InitRequest } from './wizard/wizard.ts';

/**
 * Sets a profile up: asks what is not answered, looks at what there is, shows the plan, and applies, prints or saves it.
 * Throws `missing-answer` with all missing flags where nobody can be asked, `interrupted` where the wizard is closed (what
 * was answered is kept), `usage` and `protected-setting` before anything is looked at, and what applying fails with.
 */
export async function init({ options }: InitRequest, host: InitHost): Promise<InitReport> {
  const target = targetProfile(await host.config.read(), options.profile);
  const given = givenAnswers(options);
  decidedStep({ options });
  if (target.isSetUp && !options.reconfigure) refuseSlips(target, given);
  const wizard = startWizard(target, { options, given, host });
  const { answers, decision } = await decide(wizard, target).catch((error: unknown) => {
    throw isAuditExportError(error) && error.code === 'interrupted' ? closed(wizard, error) : error;
  });
  return carryOut(wizard, answers, decision);
}

function startWizard(
  { name, before, answers, isSetUp }: TargetProfile,
  { options, given, host }: Pick<Wizard, 'options' | 'given' | 'host'>,
): Wizard {
  return {
    options,
    host,
    given,
    profileName: name,
    before,
    isSetUp,
    answers: {
      ...answers,
      ...customerAccount(options, { answers, isSetUp }),
      inlinePolicy: options.inlinePolicy ?? answers.inlinePolicy ?? false,
    },
    reach: {
      endpointUrl: options.endpointUrl ?? before?.endpointUrl,
      pathStyle: options.pathStyle ?? before?.pathStyle,
    },
    online: false,
    caller: undefined,
    look: undefined,
    createBucket: false,
    saved: false,
  };
}

/** The account of role and policy, where a flag says it. Throws `usage` and `protected-setting`. */
function customerAccount(
  { customerAccountId: typed, reconfigure }: InitRequest['options'],
  { answers: { customerAccountId: before }, isSetUp }: Pick<TargetProfile, 'answers' | 'isSetUp'>,
): { customerAccountId?: string } {
  if (typed === undefined) return {};
  const { accountId: account = typed } = understood('accountId', typed);
  const reason = answerRules.accountId.check(account);
  if (reason !== undefined)
    throw new AuditExportError('usage', `--customer-account-id ${JSON.stringify(typed)}: ${reason}`, {
      cure: 'Name the account of role and bucket.',
    });
  if (isSetUp && !reconfigure && before !== undefined && before !== account)
    throw new AuditExportError(
      'protected-setting',
      `The role is in account ${before}, and this would make another one in account ${account}.`,
      { cure: 'If that is meant, add --reconfigure.' },
    );
  return { customerAccountId: account };
}

interface Decided {
  answers: SetupAnswers;
  decision: Decision;
}

/** All questions and everything that is shown. Nothing is changed in AWS. */
async function decide(wizard: Wizard, target: TargetProfile): Promise<Decided> {
  const { options } = wizard;
  const { request, receipt } = options;
  greet(wizard);
  const received = receipt === undefined ? undefined : await readReceipt(wizard, receipt);
  demandAnswers(wizard);
  await lookAtCaller(wizard);
  await changeDraft(wizard, target);
  await askQuestions(wizard);
  const answers = completeAnswers(wizard);
  if (received !== undefined) return { answers, decision: { step: 'receive', ...received } };
  if (target.isSetUp) showDifference(wizard, target);
  else await saveDraft(wizard);
  if (request !== undefined) return { answers, decision: { step: 'request', file: request } };
  return planUntilDecided(wizard, target, answers);
}

/** Shows what would be done; whoever changes an answer then sees it again. */
async function planUntilDecided(
  wizard: Wizard,
  target: TargetProfile,
  first: SetupAnswers,
): Promise<Decided> {
  let answers = first;
  for (;;) {
    const plan = await seePlan(wizard, answers);
    if (onlyTest(wizard, target, plan)) return { answers, decision: { step: 'test', plan } };
    const step = await chooseStep(wizard, plan);
    if (step !== 'change') return { answers, decision: { step, plan } };
    await changeAnswer(wizard);
    answers = completeAnswers(wizard);
  }
}

/** A draft that is gone on with: what it holds may be changed before anything else is asked. */
async function changeDraft(wizard: Wizard, { before, isSetUp }: TargetProfile): Promise<void> {
  const { host, options } = wizard;
  if (before === undefined || isSetUp || !host.canAsk || options.yes || options.receipt !== undefined) return;
  for (;;) {
    const step = await host.prompter.choose({
      name: 'draft',
      message: 'Go on with these answers?',
      help: 'What is not answered yet is asked next.',
      choices: [
        { value: 'go-on', label: 'Go on' },
        { value: 'change', label: 'Change an answer' },
      ],
      preset: 'go-on',
    });
    if (step === 'go-on') return;
    await changeAnswer(wizard);
  }
}

/** A profile that is set up and needs no change is tested again; so is one whose role is out of these credentials' sight. */
function onlyTest(
  wizard: Wizard,
  { isSetUp, answers: known }: TargetProfile,
  plan: AccessPlan | undefined,
): boolean {
  const { before, caller, createBucket, options, answers } = wizard;
  if (!isSetUp || before?.role === undefined || options.print || createBucket) return false;
  if (guardedChanges(known, answers).length > 0 || learnsMore(wizard, plan)) return false;
  return isElsewhere(caller, answers) || (plan?.inSync === true && plan.changes.length === 0);
}

function isElsewhere(caller: Wizard['caller'], { customerAccountId }: Wizard['answers']): boolean {
  return caller !== undefined && customerAccountId !== undefined && caller.account !== customerAccountId;
}

/** Whether the profile does not know, or knows wrong, what was said or can be seen: that is written into it. */
function learnsMore(
  { before = {}, look, options, reach, answers }: Wizard,
  plan: AccessPlan | undefined,
): boolean {
  if (!options.reconfigure) return false;
  const { role, bucketOwner, endpointUrl, pathStyle } = before;
  return [
    reach.endpointUrl !== endpointUrl,
    reach.pathStyle !== pathStyle,
    role !== undefined && role.externalId !== answers.organizationId,
    typeof plan?.roleArn === 'string' && plan.roleArn !== role?.arn,
    bucketOwner === undefined && look?.ownedByAccount === true,
  ].includes(true);
}

function greet({ before, host, profileName, isSetUp, answers }: Wizard): void {
  const { say, config } = host;
  if (before === undefined) {
    say(`Setting up the profile ${profileName} in ${config.file}`, 'strong');
    if (host.canAsk) say('Ctrl-C stops at any time and keeps what was answered.', 'faint');
    return;
  }
  if (isSetUp) {
    say(`The profile ${profileName} in ${config.file} is set up (${before.state ?? 'by hand'}).`, 'strong');
    return;
  }
  say(`Going on with the draft of the profile ${profileName} in ${config.file}. Known already:`, 'strong');
  for (const { name } of questions) {
    const text = answerText(answers, name);
    if (text !== undefined) say(`  ${answerRules[name].flag}: ${text}`, 'faint');
  }
}

function completeAnswers({ answers }: Wizard): SetupAnswers {
  if (!isComplete(answers)) throw new TypeError('an answer is missing that nobody missed');
  const [problem] = contradictions(answers);
  if (problem !== undefined)
    throw new AuditExportError('usage', `The answers contradict each other: ${problem.reason}`, {
      cure: 'Correct --kms-key-arn, --region, --role-name, --write-once or --deliverer.',
    });
  return answers;
}

function showDifference({ host, answers }: Wizard, target: TargetProfile): void {
  const changes = guardedChanges(target.answers, answers);
  if (changes.length === 0) return;
  host.say(`This changes the profile ${target.name}:`, 'warn');
  for (const change of changes) host.say(`  ${describeAnswerChange(change)}`);
}

function closed({ saved, before, host, profileName, options }: Wizard, cause: unknown): AuditExportError {
  const file = options.config === undefined ? '' : ` --config ${shellWord(options.config)}`;
  return new AuditExportError('interrupted', `The wizard was closed. ${whatIsKept(saved, before, host)}`, {
    cure: `Go on with: audit-export init --profile ${profileName}${file}`,
    cause,
  });
}

function whatIsKept(saved: boolean, before: Wizard['before'], { config }: Wizard['host']): string {
  if (saved) return `What was answered is kept as a draft in ${config.file}.`;
  return before === undefined
    ? 'Nothing was answered, and nothing was written.'
    : 'The profile is as it was.';
}
