import { AuditExportError } from '../../errors.ts';
import type { Prompter } from '../../ports/terminal/prompter.ts';

/** Whether and whom one may ask. */
export interface Consent {
  /** `--yes`. */
  yes: boolean;
  /** A terminal on both sides, and no --no-input. */
  canAsk: boolean;
  prompter: () => Promise<Pick<Prompter, 'confirm'>>;
}

/** Throws `missing-answer` where a yes is needed and nobody is there to give it: before anything is looked at. */
export function demandAnswerable({ yes, canAsk }: Consent, command: string): void {
  if (yes || canAsk) return;
  throw new AuditExportError(
    'missing-answer',
    `${command} changes IAM and asks first, and there is no terminal to ask in.`,
    { cure: 'Say --yes.' },
  );
}

/** Asks whether to go on. Throws `declined` on a no. */
export async function confirmChanges(consent: Consent, message: string): Promise<void> {
  if (consent.yes) return;
  const prompter = await consent.prompter();
  const help = 'Nothing is changed before you say yes.';
  if (await prompter.confirm({ name: 'yes', message, help, preset: false })) return;
  throw new AuditExportError('declined', 'Nothing was changed.');
}
