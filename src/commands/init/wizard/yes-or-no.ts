import type { Choice, Prompter } from '../../../ports/terminal/prompter.ts';

/** What is typed or chosen to see the question before once more. */
export const back = '<';

/** The choice that goes back, where there is something to go back to. */
export function backChoices(canGoBack: boolean): Choice[] {
  return canGoBack ? [{ value: back, label: `${back} back` }] : [];
}

/** A question to which yes is the usual answer, and from which one may go back. */
export async function askYesOrNo(
  prompter: Prompter,
  canGoBack: boolean,
  asked: { name: string; message: string; help: string },
): Promise<boolean | typeof back> {
  const choices = [{ value: 'yes', label: 'yes' }, { value: 'no', label: 'no' }, ...backChoices(canGoBack)];
  const answer = await prompter.choose({ ...asked, choices, preset: 'yes' });
  return answer === back ? back : answer === 'yes';
}
