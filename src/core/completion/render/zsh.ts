import { quoted } from '../../language/shell-word.ts';
import type { CommandGroup, CompletedCommand, CompletedFlag } from '../completed-command.ts';
import { commandGroups, profilesCommand } from '../completed-command.ts';

/** A completion for zsh: one function for each command, and for each word that has commands below it. */
export function renderZsh(commands: readonly CompletedCommand[]): string {
  const groups = commandGroups(commands);
  return `#compdef audit-export
# Completion of audit-export for zsh: a file _audit-export in a folder of $fpath, or: source <(audit-export completion zsh)

${[...groups.map(groupFunction), ...commands.map(commandFunction)].join('\n\n')}

if [[ $funcstack[1] == _audit-export ]]; then
  _audit_export "$@"
else
  compdef _audit_export audit-export
fi
`;
}

function functionName(path: readonly string[]): string {
  return ['_audit_export', ...path].join('_').replaceAll('-', '_');
}

function groupFunction({ path, next }: CommandGroup): string {
  const described = next.map(
    ({ word, summary }) => `    ${quoted(`${word}:${summary.replaceAll(':', String.raw`\:`)}`)}`,
  );
  const cases = next.map(({ word }) => `      ${word}) ${functionName([...path, word])} ;;`);
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  local -a commands=(
${described.join('\n')}
  )
  _arguments -C '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${cases.map((line) => `  ${line}`).join('\n')}
      esac
      ;;
  esac
}`;
}

function commandFunction({ path, flags, words, takesFiles }: CompletedCommand): string {
  const specs = [
    ...flags.map(flagSpec),
    ...(words.length === 0 ? [] : [quoted(`1: :(${words.join(' ')})`)]),
    ...(takesFiles ? [quoted('*: :_files')] : []),
  ];
  return `${functionName(path)}() {\n  _arguments ${specs.map((spec) => `\\\n    ${spec}`).join(' ')}\n}`;
}

function flagSpec({ name, short, help, value }: CompletedFlag): string {
  const text = help.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const rest = `[${text}]${value === undefined ? '' : `: :${actionOf(value)}`}`;
  if (short === undefined) return quoted(`--${name}${rest}`);
  // Either form excludes the other (zshcompsys(1), "Utility Functions": _arguments).
  return `${quoted(`(-${short} --${name})`)}{-${short},--${name}}${quoted(rest)}`;
}

function actionOf(value: NonNullable<CompletedFlag['value']>): string {
  if (typeof value !== 'string') return `(${value.join(' ')})`;
  return {
    file: '_files',
    folder: '_files -/',
    any: ' ',
    profile: `{compadd -- \${(f)"$(${profilesCommand})"}}`,
  }[value];
}
