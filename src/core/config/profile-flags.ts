import { shellWord } from '../language/shell-word.ts';

/** The flags that lead a command to the same profile, with a space before them: ` --profile acme --config FILE`. */
export function profileFlags(profile: string | undefined, configFile: string | undefined): string {
  const name = profile === undefined ? '' : ` --profile ${profile}`;
  return `${name}${configFile === undefined ? '' : ` --config ${shellWord(configFile)}`}`;
}

/** The commands that do something else under another profile. */
const commands =
  /audit-export (?:init|push|test-access|status|verify|find|query|compact|schedule|collect snowflake(?: map)?|config (?:get|list|set|show)|(?:iam|evidence|quarantine|consumers) [a-z]+)\b/g;

/** What belongs to a command that begins before it, as far as a sentence goes. */
const restOfCommand = /^[^;:&|→(]*/;

/** Adds the flags to every command of this tool in a cure that needs a profile and names none. */
export function withProfileFlags(cure: string, flags: string): string {
  if (flags === '') return cure;
  const [configFlag = ''] = / --config .*$/.exec(flags) ?? [];
  return cure
    .replaceAll(commands, (command, at: number) => {
      const [rest = ''] = restOfCommand.exec(cure.slice(at + command.length)) ?? [];
      return /--(?:profile|config|help|request)\b/.test(rest) ? command : `${command}${flags}`;
    })
    .replaceAll(/ --profile [\w-]+(?![\w-]| --config)/g, (named) => `${named}${configFlag}`);
}
