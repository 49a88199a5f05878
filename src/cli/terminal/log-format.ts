import { globalSettings } from '../../core/config/global-settings.ts';
import { environmentName } from '../../core/config/setting.ts';
import type { CliProcess } from './terminal-context.ts';

export type LogFormat = 'text' | 'json';

/**
 * The form of what goes to stderr. Errors may come before settings are resolved, so this looks at the words themselves;
 * what is neither is text, and is refused when the settings are resolved.
 */
export function logFormatOf(argv: readonly string[], environment: CliProcess['environment']): LogFormat {
  const flag = `--${globalSettings.logFormat.flag}`;
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const at = own.lastIndexOf(flag);
  const joined = own.findLast((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const given = (at === -1 ? undefined : own[at + 1]) ?? joined;
  return (given ?? environment[environmentName(globalSettings.logFormat.flag)]) === 'json' ? 'json' : 'text';
}
