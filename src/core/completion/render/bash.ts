import type { CompletedCommand, CompletedFlag } from '../completed-command.ts';
import { commandGroups, flagsWithValue, profilesCommand } from '../completed-command.ts';

/** A completion for bash (3.2 and newer) that needs nothing beside it. Where it has no answer, bash completes files. */
export function renderBash(commands: readonly CompletedCommand[]): string {
  return `# Completion of audit-export for bash: source <(audit-export completion bash)
_audit_export() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local typed= flags= words= files= at
  COMPREPLY=()
  # The words typed so far, without flags and their values.
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      --) return ;;
      ${flagsWithValue(commands).join(' | ')}) ((at++)) ;;
      -*) ;;
      *) typed+="\${COMP_WORDS[at]} " ;;
    esac
  done
  case $typed in
${[...commands.map(ofCommand), ...commandGroups(commands).map(ofGroup)].join('\n')}
  esac
  case $typed$before in
    *--profile | *\\ -p | -p) words=$(${profilesCommand}) flags= files=no ;;
${commands.flatMap(valuesOf).join('\n')}
    ${flagsOfFiles(commands).join(' | ')}) return ;;
    ${flagsWithValue(commands)
      .map((flag) => (flag.startsWith('--') ? `*${flag}` : `*\\ ${flag} | ${flag}`))
      .join(' | ')}) words= flags= files=no ;;
  esac
  # Where a value is no file, none is offered (bash 3.2 can't be told so).
  if [[ $files ]]; then compopt +o default 2>/dev/null || :; fi
  case $word in
    -*) words=$flags ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _audit_export audit-export
`;
}

function flagsOfFiles(commands: readonly CompletedCommand[]): string[] {
  const names = commands.flatMap(({ flags }) =>
    flags.filter(({ value }) => value === 'file' || value === 'folder').map(({ name }) => `*--${name}`),
  );
  return [...new Set(names)].sort();
}

function ofCommand({ path, flags, words }: CompletedCommand): string {
  const names = flags.map(({ name }) => `--${name}`).join(' ');
  return `    '${path.join(' ')} '*) flags='${names}' words='${words.join(' ')}' ;;`;
}

/** Comes behind the commands: what is typed of none of them is on the way to one. */
function ofGroup({ path, next }: ReturnType<typeof commandGroups>[number]): string {
  const typed = path.map((word) => `${word} `).join('');
  return `    '${typed}') words='${next.map(({ word }) => word).join(' ')}' flags='--help' ;;`;
}

function valuesOf({ path, flags }: CompletedCommand): string[] {
  return flags.flatMap(({ name, value }: CompletedFlag) =>
    Array.isArray(value)
      ? [`    '${path.join(' ')} '*--${name}) words='${value.join(' ')}' flags= files=no ;;`]
      : [],
  );
}
