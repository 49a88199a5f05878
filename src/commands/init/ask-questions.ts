import { AuditExportError } from '../../errors.ts';
import { answerRules } from '../../core/setup/answer-rules.ts';
import { answerText, missingAnswers, noKey, withAnswer } from './given-answers.ts';
import { lookAtBucket } from './look-around.ts';
import { decidedStep, stepFlags } from './next-step.ts';
import type { Question } from './questions.ts';
import { questions } from './questions.ts';
import { saveDraft } from './save-profile.ts';
import type { Wizard } from './wizard.ts';
import { surroundings } from './wizard.ts';

/**
 * The one place that decides where an answer comes from: flag or environment, then what the profile holds, then the
 * default if --yes was said, then the person, if there is one. Throws `missing-answer` with all flags that are missing.
 */
export async function askQuestions(wizard: Wizard): Promise<void> {
  const missing: string[] = [];
  for (const question of questions) {
    const answered = await answerTo(wizard, question);
    if (answered === 'missing') missing.push(answerRules[question.name].flag);
    if (question.name === 'bucket') await lookAtBucket(wizard);
  }
  if (missing.length > 0) throw missingAnswers(missing);
}

/** Where nobody can be asked, what is missing for certain is said before anything is looked at. */
export function demandAnswers(wizard: Wizard): void {
  if (wizard.host.canAsk) return;
  const around = surroundings(wizard);
  const missing = questions
    .filter(
      ({ name, when, preset }) =>
        when === undefined &&
        (wizard.given[name] ?? answerText(wizard.answers, name)) === undefined &&
        !(wizard.options.yes && preset(around) !== undefined),
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

async function answerTo(wizard: Wizard, question: Question): Promise<'answered' | 'missing' | 'not-asked'> {
  const { given, host, options } = wizard;
  const { name } = question;
  const around = surroundings(wizard);
  const known = given[name] ?? (asksAgain(wizard) ? undefined : answerText(wizard.answers, name));
  if (known !== undefined) {
    wizard.answers = withAnswer(wizard.answers, name, await rightHere(wizard, question, known));
    return 'answered';
  }
  if (question.when?.(around) === false) return 'not-asked';
  const preset = options.yes ? question.preset(around) : undefined;
  if (preset !== undefined) {
    wizard.answers = withAnswer(wizard.answers, name, preset);
    return 'answered';
  }
  if (!host.canAsk) return 'missing';
  wizard.answers = withAnswer(wizard.answers, name, await ask(wizard, question));
  await saveDraft(wizard);
  return 'answered';
}

/** `--reconfigure` alone goes through all questions again; with flags, only what they name changes. */
function asksAgain({ options, given, host }: Wizard): boolean {
  return options.reconfigure && host.canAsk && Object.keys(given).length === 0;
}

/** An answer that is good by its rule may be wrong here: a region that is not the bucket's. Then the fix is offered. */
async function rightHere(wizard: Wizard, question: Question, text: string): Promise<string> {
  const { host, options } = wizard;
  const around = surroundings(wizard);
  const reason = question.check?.(text, around);
  if (reason === undefined) return text;
  const fix = question.preset(around) ?? '';
  const { flag } = answerRules[question.name];
  const taken =
    options.yes ||
    (host.canAsk &&
      (await host.prompter.confirm({
        name: flag,
        message: `Use ${fix} instead of ${text}?`,
        help: reason,
        preset: true,
      })));
  if (!taken) throw new AuditExportError('wrong-region', reason, { cure: `Use --${flag} ${fix}` });
  if (options.yes) host.say(`${reason} ${fix} is used instead of ${text}.`, 'warn');
  return fix;
}

async function ask(wizard: Wizard, question: Question): Promise<string> {
  const { prompter } = wizard.host;
  const { name, message, help, kind, choices = [] } = question;
  const around = surroundings(wizard);
  const { flag, check: rule } = answerRules[name];
  const check = (text: string): string | undefined => rule(text) ?? question.check?.(text, around);
  const preset = answerText(wizard.answers, name) ?? question.preset(around);
  const asked = { name: flag, message, help };
  switch (kind) {
    case 'search':
      return prompter.search({ ...asked, choices, check, ...(preset === undefined ? {} : { preset }) });
    case 'pick': {
      const picked = preset?.split(',') ?? [];
      const values = await prompter.pick({
        ...asked,
        choices,
        picked,
        check: (values) => check(values.join(',')),
      });
      return values.join(',');
    }
    case 'accept': {
      const offered = preset ?? noKey;
      const yes = await prompter.confirm({ ...asked, message: `${message} (${offered})`, preset: true });
      return yes ? offered : noKey;
    }
    default:
      return prompter.text({ ...asked, check, ...(preset === undefined ? {} : { prefilled: preset }) });
  }
}
