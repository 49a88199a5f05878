import { closest } from '../core/config/closest.ts';
import { globalSettings } from '../core/config/global-settings.ts';
import { environmentName } from '../core/config/setting.ts';
import { AuditExportError } from '../errors.ts';
import type { CliContext } from './terminal/terminal-context.ts';
import type { Verb } from './verb.ts';

const prefix = 'AUDIT_EXPORT_';

/**
 * Refuses an environment variable that is a slip of a setting's: AUDIT_EXPORT_DRYRUN=1 must not deliver for real. Names that
 * resemble no setting are somebody else's.
 */
export function refuseMisspeltVariables(
  environment: CliContext['environment'],
  verbs: readonly Verb[],
): void {
  const given = Object.keys(environment).filter(
    (name) => name.startsWith(prefix) && !name.startsWith(`${prefix}TEST_`),
  );
  if (given.length === 0) return;
  const flags = [globalSettings, ...verbs.map(({ settings }) => settings)].flatMap((table) =>
    Object.values(table).map(({ flag }) => flag),
  );
  const known = new Set(flags.map(environmentName));
  for (const name of given) {
    const meant = known.has(name)
      ? undefined
      : closest(
          name.slice(prefix.length),
          [...known].map((word) => word.slice(prefix.length)),
        );
    if (meant === undefined) continue;
    throw new AuditExportError('usage', `The environment variable ${name} is no setting.`, {
      cure: `Did you mean ${prefix}${meant}?`,
    });
  }
}
