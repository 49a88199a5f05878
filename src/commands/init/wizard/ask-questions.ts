import { AuditExportError } from '../../../errors.ts';
import { answerRules } from '../../../core/setup/answers/answer-rules.ts';
import { answerText } from '../../../core/setup/answers/answers.ts';
import type { AnswerName } from '../../../core/setup/answers/answers.ts';
import {
  accountOfName,
  otherBucketThan,
  understood,
} from '../../../core/setup/answers/understood-answers.ts';
import { missingAnswers, noKey, withAnswer } from './given-answers.ts';
import { lookAtBucket } from './look-around.ts';
import { decidedStep, stepFlags } from '../next-step.ts';
import type { Question, Surroundings } from './questions.ts';
import { questions, wordsFor } from './questions.ts';
import { saveDraft } from '../apply/save-profile.ts';
import type { Wizard } from './wizard.ts';
import { surroundings } from './wizard.ts';
import { askYesOrNo, back, backChoices } from './yes-or-no.ts';

/**
 * The one place that decides where an answer comes from: flag or environment, then what the profile holds, then the
 * default if --yes was said, then the person, if there is one. Who is asked may go back, to any question that was put.
 * Throws `missing-answer` with all flags that are missing.
 */
export async function askQuestions(wizard: Wizard): Promise<void> {
  const missing: string[] = [];
  const asked: number[] = [];
  const again = new Set<AnswerName>();
  for (let at = 0; at < questions.length; at++) {
    const question = questions[at] as Question;
    const answered = await answerTo(wizard, question, { canGoBack: asked.length > 0, again });
    if (answered === 'asked') asked.push(at);
    const looked =
      question.name === 'bucket' ? await lookAfter(wizard, answered, asked.length > 0) : 'looked';
    if (answered === 'back' || looked === 'back') {
      const before = asked.pop() ?? 0;
      again.add((questions[before] as Question).name);
      at = before - 1;
      continue;
    }
    again.delete(question.name);
    if (answered === 'missing') missing.push(answerRules[question.name].flag);
  }
  if (missing.length > 0) throw missingAnswers(missing);
}

async function lookAfter(wizard: Wizard, answered: Answered, canGoBack: boolean): Promise<'back' | 'looked'> {
  return answered === 'back' ? answered : lookAtBucket(wizard, canGoBack);
}

type Answered = 'answered' | 'asked' | 'back' | 'missing' | 'not-asked';

/** Asks which answer shall be another, and for that one; what follows from it is looked at again. */
export async function changeAnswer(wizard: Wizard): Promise<void> {
  const around = surroundings(wizard);
  const known = questions.filter(
    ({ name, when }) => answerText(wizard.answers, name) !== undefined && when?.(around) !== false,
  );
  const name = (await wizard.host.prompter.choose({
    name: 'change',
    message: 'Which answer?',
    help: 'Nothing has been changed in AWS yet.',
    choices: [
      ...known.map((question) => ({
        value: question.name,
        label: `${wordsFor(question.message, around)}  ${answerText(wizard.answers, question.name) ?? ''}`,
      })),
      ...backChoices(true),
    ],
  })) as AnswerName | typeof back;
  if (name === back) return;
  const question = questions.find((question) => question.name === name) as Question;
  const text = await ask(wizard, question, true);
  if (text === back) return changeAnswer(wizard);
  wizard.given = Object.fromEntries(Object.entries(wizard.given).filter(([given]) => given !== name));
  take(wizard, question, text);
  await saveDraft(wizard);
  if (['bucket', 'region', 'deliverer'].includes(name)) await askQuestions(wizard);
}

/** Where nobody can be asked, what is missing for certain is said before anything is looked at. */
export function demandAnswers(wizard: Wizard): void {
  if (wizard.host.canAsk) return;
  const around = surroundings(wizard);
  const missing = questions
    .filter(
      ({ name, when, preset, isAssumed }) =>
        when === undefined &&
        isAssumed !== true &&
        (wizard.given[name] ?? answerText(wizard.answers, name)) === undefined &&
        !(wizard.options.yes && (preset(around) !== undefined || wizard.given.deliverer === 'audit-export')),
    )
    .map(({ name }) => answerRules[name].flag);
  if (mustDecide(wizard)) missing.push(stepFlags);
  if (missing.length > 0) throw missingAnswers(missing);
}

/** A receipt says by itself what is to be done, and a profile that is set up may need nothing. */
function mustDecide(wizard: Wizard): boolean {
  const { host, isSetUp, options } = wizard;
  return decidedStep(wizard) === undefined && !host.canAsk && !isSetUp && options.receipt === undefined;
}

async function answerTo(
  wizard: Wizard,
  question: Question,
  { canGoBack, again }: { canGoBack: boolean; again: ReadonlySet<AnswerName> },
): Promise<Answered> {
  const { given, host } = wizard;
  const { name } = question;
  const around = surroundings(wizard);
  const once = again.has(name) || asksAgain(wizard);
  const known = given[name] ?? (once ? undefined : answerText(wizard.answers, name));
  if (known !== undefined) {
    const right = await rightHere(wizard, question, { text: known, canGoBack });
    if (right === back) return 'back';
    wizard.answers = withAnswer(wizard.answers, name, right);
    return 'answered';
  }
  if (question.when?.(around) === false) return 'not-asked';
  const preset = isAssumed(wizard, question) ? question.preset(around) : undefined;
  if (preset !== undefined) {
    wizard.answers = withAnswer(wizard.answers, name, preset);
    return 'answered';
  }
  if (!host.canAsk) return 'missing';
  const text = await ask(wizard, question, canGoBack);
  if (text === back) return 'back';
  take(wizard, question, text);
  await saveDraft(wizard);
  return 'asked';
}

/** Whoever gives answers as flags writes a script, in a terminal or not. */
function isAssumed({ options, host, given }: Wizard, question: Question): boolean {
  const isScript = !host.canAsk || Object.keys(given).length > 0;
  return options.yes || (question.isAssumed === true && isScript);
}

/** Takes an answer, and what it says beside: a bucket may bring its folder along. */
function take(wizard: Wizard, { name }: Question, text: string): void {
  for (const [meant, value] of Object.entries(understood(name, text)))
    wizard.answers = withAnswer(wizard.answers, meant as AnswerName, value);
}

/** `--reconfigure` alone goes through all questions again; with flags, only what they name changes. */
function asksAgain({ options, given, host }: Wizard): boolean {
  return options.reconfigure && host.canAsk && Object.keys(given).length === 0;
}

/** An answer that is good by its rule may be wrong here: a region that is not the bucket's. Then the fix is offered. */
async function rightHere(
  wizard: Wizard,
  question: Question,
  { text, canGoBack }: { text: string; canGoBack: boolean },
): Promise<string> {
  const { host, options } = wizard;
  const around = surroundings(wizard);
  const reason = question.check?.(text, around);
  if (reason === undefined) return text;
  const fix = question.preset(around) ?? '';
  const { flag } = answerRules[question.name];
  if (question.name !== 'region')
    throw new AuditExportError('usage', `--${flag} ${text}: ${reason}`, { cure: `Use --${flag} ${fix}` });
  const taken =
    options.yes ||
    (host.canAsk &&
      (await askYesOrNo(host.prompter, canGoBack, {
        name: flag,
        message: `Use ${fix} instead of ${text}?`,
        help: reason,
      })));
  if (taken === back) return back;
  if (!taken) throw new AuditExportError('wrong-region', reason, { cure: `Use --${flag} ${fix}` });
  if (options.yes) host.say(`${reason} ${fix} is used instead of ${text}.`, 'warn');
  return fix;
}

async function ask(wizard: Wizard, question: Question, canGoBack: boolean): Promise<string> {
  const { prompter } = wizard.host;
  const { name, kind, choices = [] } = question;
  const around = surroundings(wizard);
  const check = checkOf(question, around, canGoBack);
  const preset = answerText(wizard.answers, name) ?? question.preset(around);
  const help = wordsFor(question.help, around);
  const asked = {
    name: answerRules[name].flag,
    message: wordsFor(question.message, around),
    help: canGoBack && kind === 'text' ? `${help} ${back} goes back.` : help,
  };
  const goBack = backChoices(canGoBack);
  const withPreset = preset === undefined ? {} : { preset };
  switch (kind) {
    case 'search':
      return prompter.search({ ...asked, choices: [...choices, ...goBack], check, ...withPreset });
    case 'choose':
      return prompter.choose({ ...asked, choices: [...choices, ...goBack], ...withPreset });
    case 'pick':
      return pickTypes(wizard, { ...asked, choices: [...choices, ...goBack] }, preset);
    case 'accept': {
      const offered = preset ?? noKey;
      const key = [
        { value: offered, label: `yes, ${offered}` },
        { value: noKey, label: 'no' },
      ];
      return prompter.choose({ ...asked, choices: [...key, ...goBack], preset: offered });
    }
    default:
      return prompter.text({ ...asked, check, ...withPreset });
  }
}

function checkOf(question: Question, around: Surroundings, canGoBack: boolean) {
  const { name } = question;
  return (typed: string): string | undefined => {
    if (canGoBack && typed === back) return undefined;
    const text = understood(name, typed)[name] ?? typed;
    return answerRules[name].check(text) ?? elsewhere(name, typed, around) ?? question.check?.(text, around);
  };
}

/** An answer in another of AWS's spellings may name another place than the one that is spoken of. */
function elsewhere(name: AnswerName, typed: string, { answers, caller }: Surroundings): string | undefined {
  if (name === 'prefix') return otherBucketThan(answers.bucket, typed);
  const account = answers.customerAccountId ?? caller?.account;
  const named = accountOfName(typed);
  if ((name !== 'roleName' && name !== 'policyName') || named === undefined || account === undefined)
    return undefined;
  return named === account
    ? undefined
    : `it is of account ${named}, and role and policy are made in account ${account}.`;
}

/** Whoever picks all of them means all, also those that come later: it is not a list. */
async function pickTypes(
  { host }: Wizard,
  asked: Omit<Parameters<Wizard['host']['prompter']['pick']>[0], 'picked' | 'check'>,
  preset: string | undefined,
): Promise<string> {
  const all = asked.choices.filter(({ value }) => value !== back).map(({ value }) => value);
  const values = await host.prompter.pick({
    ...asked,
    picked: preset === undefined || preset === 'all' ? all : preset.split(','),
    check: (picked) => (picked.includes(back) ? undefined : answerRules.types.check(picked.join(','))),
  });
  if (values.includes(back)) return back;
  return all.every((type) => values.includes(type)) && values.length === all.length
    ? 'all'
    : values.join(',');
}
