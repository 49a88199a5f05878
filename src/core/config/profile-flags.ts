import { shellWord } from '../language/shell-word.ts';

/** The flags that lead a command to the same profile, with a space before them: ` --profile acme --config FILE`. */
export function profileFlags(profile: string, configFile: string | undefined): string {
  const file = configFile === undefined ? '' : ` --config ${shellWord(configFile)}`;
  return ` --profile ${profile}${file}`;
}

/** Adds the flags to every command of this tool in a cure that needs a profile and names none. */
export function withProfileFlags(cure: string, flags: string): string {
  return cure.replaceAll(
    /audit-export (?:init|test-access|config set|iam (?:apply|plan|rotate))(?! --profile)\b/g,
    (command) => `${command}${flags}`,
  );
}
