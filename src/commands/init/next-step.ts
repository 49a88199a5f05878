import { AuditExportError } from '../../errors.ts';
import type { AccessPlan } from '../../core/setup/plan/plan.ts';
import type { Choice } from '../../ports/terminal/prompter.ts';
import { missingAnswers } from './wizard/given-answers.ts';
import type { Wizard } from './wizard/wizard.ts';

/** What becomes of the plan. */
export type NextStep = 'apply' | 'change' | 'print' | 'save';

/** How a missing decision is named among missing answers. */
export const stepFlags = 'apply (or --print or --save)';

/** The step that the flags have decided; `--yes` says yes to applying. Throws `usage` where they contradict each other. */
export function decidedStep({ options }: Pick<Wizard, 'options'>): NextStep | 'request' | undefined {
  const steps = (['apply', 'print', 'save'] as const).filter((step) => options[step]);
  const flags = [...steps, ...(options.request === undefined ? [] : ['request' as const])];
  if (flags.length > 1)
    throw new AuditExportError(
      'usage',
      `${flags.map((flag) => `--${flag}`).join(' and ')} contradict each other.`,
      { cure: 'Keep one of them.' },
    );
  return flags[0] ?? (options.yes ? 'apply' : undefined);
}

/** Asks what to do with the plan, unless that is decided. `plan` is missing where AWS could not be asked. */
export async function chooseStep(wizard: Wizard, plan: AccessPlan | undefined): Promise<NextStep> {
  const decided = decidedStep(wizard);
  if (decided !== undefined && decided !== 'request') return decided;
  if (!wizard.host.canAsk) throw missingAnswers([stepFlags]);
  const blocked = whyNotApply(plan);
  const choices: Choice[] = [
    {
      value: 'apply',
      label: 'Apply it now',
      description: 'Makes what is listed above, waits until IAM knows it, and tests the access.',
      ...(blocked === undefined ? {} : { disabled: blocked }),
    },
    {
      value: 'change',
      label: 'Change an answer',
      description: 'Asks which one, and shows the plan again.',
    },
    {
      value: 'print',
      label: 'Print the documents',
      description: 'Makes nothing; the answers are kept as a draft.',
    },
    {
      value: 'save',
      label: 'Save and stop',
      description: 'Keeps the answers as a draft; audit-export init goes on with it.',
    },
  ];
  const step = await wizard.host.prompter.choose({
    name: 'apply',
    message: 'What now?',
    help: 'Nothing has been changed in AWS yet.',
    choices,
    preset: blocked === undefined ? 'apply' : 'print',
  });
  return step as NextStep;
}

function whyNotApply(plan: AccessPlan | undefined): string | undefined {
  if (plan === undefined) return 'AWS could not be asked with the credentials at hand';
  return plan.findings.some(({ level }) => level === 'blocking')
    ? 'see above what has to be cured before'
    : undefined;
}
