import type { CommandGroup, CompletedCommand, CompletedFlag } from '../completed-command.ts';
import { commandGroups, flagsWithValue, profilesCommand } from '../completed-command.ts';

/** A completion for fish. */
export function renderFish(commands: readonly CompletedCommand[]): string {
  return `# Completion of audit-export for fish: audit-export completion fish > ~/.config/fish/completions/audit-export.fish
function __audit_export_typed
    set -l skips 0
    for word in (commandline -opc)[2..-1]
        if test $skips = 1
            set skips 0
            continue
        end
        switch $word
            case ${flagsWithValue(commands).join(' ')}
                set skips 1
            case '-*'
            case '*'
                echo $word
        end
    end
end

# Whether these words, and no others, were typed.
function __audit_export_at
    set -l typed (__audit_export_typed)
    test "$typed" = "$argv"
end

# Whether these words were typed first.
function __audit_export_in
    set -l typed (__audit_export_typed)
    string match -q -- "$argv *" "$typed "
end

complete -c audit-export -f
${[...commandGroups(commands).flatMap(groupLines), ...commands.flatMap(commandLines)].join('\n')}
`;
}

function groupLines({ path, next }: CommandGroup): string[] {
  const condition = quote(`__audit_export_at ${path.join(' ')}`.trim());
  return next.map(
    ({ word, summary }) => `complete -c audit-export -n ${condition} -a ${word} -d ${quote(summary)}`,
  );
}

function commandLines({ path, flags, words, takesFiles }: CompletedCommand): string[] {
  const start = `complete -c audit-export -n ${quote(`__audit_export_in ${path.join(' ')}`)}`;
  return [
    ...flags.map(
      ({ name, short, help, value }) =>
        `${start}${short === undefined ? '' : ` -s ${short}`} -l ${name}${valueOf(value)} -d ${quote(help)}`,
    ),
    ...(words.length === 0 ? [] : [`${start} -a ${quote(words.join(' '))}`]),
    ...(takesFiles ? [`${start} -F`] : []),
  ];
}

function valueOf(value: CompletedFlag['value']): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return ` -x -a ${quote(value.join(' '))}`;
  return {
    file: ' -r -F',
    folder: " -x -a '(__fish_complete_directories)'",
    any: ' -x',
    profile: ` -x -a '(${profilesCommand})'`,
  }[value];
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
