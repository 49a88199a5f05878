import { globalSettings } from '../../core/config/global-settings.ts';
import { environmentName } from '../../core/config/setting.ts';
import type { CliProcess } from './terminal-context.ts';

/** The words of the tool's own: behind -- stand those of somebody else. */
function ownWords(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}

/** Errors may come before settings are resolved, so these look at the words themselves. */
export function wantsVerbose(argv: readonly string[]): boolean {
  return ownWords(argv).some((word) => word === '--verbose' || /^-q*v[qv]*$/.test(word));
}

export function wantsJson(
  argv: readonly string[],
  { environment }: Pick<CliProcess, 'environment'>,
): boolean {
  const words = ownWords(argv);
  const { json, output } = globalSettings;
  const isOn = ['1', 'true', 'yes', 'on'].includes(
    (environment[environmentName(json.flag)] ?? '').toLowerCase(),
  );
  return (
    isOn ||
    words.some((word) => /^(?:--json|-o=?json|--output=json)$/.test(word)) ||
    words.some((word, at) => /^(?:-o|--output)$/.test(word) && words[at + 1] === 'json') ||
    environment[environmentName(output.flag)] === 'json'
  );
}
