import { globalSettings } from '../../core/config/global-settings.ts';
import { closest } from '../../core/config/closest.ts';
import type { DescribedCommand } from '../../core/completion/completed-command.ts';
import { completedCommands } from '../../core/completion/completed-command.ts';
import type { Shell } from '../../core/completion/render-completion.ts';
import { renderCompletion, shells } from '../../core/completion/render-completion.ts';
import { AuditExportError } from '../../errors.ts';

/** What `completion --json` prints. Shape: schemas/completion.schema.json. */
export interface CompletionReport {
  report: 'completion';
  version: 1;
  shell: Shell;
  script: string;
}

/** The script with which a shell completes these commands. Throws `usage` for a shell that is not known. */
export function completion(shell: string, commands: readonly DescribedCommand[]): CompletionReport {
  const known = shells.find((name) => name === shell);
  if (known === undefined) {
    const meant = closest(shell, shells);
    throw new AuditExportError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
      cure: meant === undefined ? `Use one of: ${shells.join(', ')}` : `Did you mean ${meant}?`,
    });
  }
  const script = renderCompletion(completedCommands(commands, globalSettings), known);
  return { report: 'completion', version: 1, shell: known, script };
}
