import { globalSettings } from '../../core/config/global-settings.ts';
import { ignorableReasons } from '../../core/classify/reasons.ts';
import { builtInTypes } from '../../generated/audit-type-names.ts';
import { awsRegions } from '../init/wizard/aws-regions.ts';
import { changeable } from '../config/set.ts';
import { shownNames } from '../config/show.ts';
import { closest } from '../../core/config/closest.ts';
import type { DescribedCommand, KnownWords } from '../../core/completion/completed-command.ts';
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
export function completion(
  shell: string,
  commands: readonly DescribedCommand[],
  scenarios: readonly string[],
): CompletionReport {
  const known = shells.find((name) => name === shell);
  if (known === undefined) {
    const meant = closest(shell, shells);
    throw new AuditExportError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
      cure: meant === undefined ? `Use one of: ${shells.join(', ')}` : `Did you mean ${meant}?`,
    });
  }
  const script = renderCompletion(completedCommands(commands, globalSettings, knownWords(scenarios)), known);
  return { report: 'completion', version: 1, shell: known, script };
}

function knownWords(scenarios: readonly string[]): KnownWords {
  const types = builtInTypes.map(({ type }) => type);
  return {
    REGION: awsRegions.map(({ code }) => code),
    TYPES: types,
    REASONS: ignorableReasons,
    '--scenario': scenarios,
    'types show <type>': types,
    'config get <name>': shownNames,
    'config set <name>': changeable,
  };
}
