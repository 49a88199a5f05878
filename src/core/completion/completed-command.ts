import type { Setting, Settings } from '../config/setting.ts';

/** What stands for the value of a flag, as far as a shell can complete it. */
export type CompletedValue = 'file' | 'folder' | 'any' | 'profile' | readonly string[];

/** Words that are known when the script is made, by what stands for them in help, or by the flag that takes them. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

/** Prints the profiles that there are, one a line, whatever else is wrong. */
export const profilesCommand = 'audit-export completion profiles 2>/dev/null';

/** A flag as a shell completes it; one without a value is a switch. */
export interface CompletedFlag {
  name: string;
  short?: string | undefined;
  help: string;
  value: CompletedValue | undefined;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  path: readonly string[];
  summary: string;
  flags: readonly CompletedFlag[];
  /** The words of its first argument, where these are few. */
  words: readonly string[];
  takesFiles: boolean;
}

/** What is to be known of a command for that. */
export interface DescribedCommand {
  path: readonly string[];
  summary: string;
  args: readonly { name: string }[];
  settings: Settings;
}

/** All commands for completion; `globals` are the settings that every one has, `known` words that are neither flags nor files. */
export function completedCommands(
  commands: readonly DescribedCommand[],
  globals: Settings,
  known: KnownWords,
): CompletedCommand[] {
  return commands.map(({ path, summary, args, settings }) => {
    const names = args.map(({ name }) => name);
    return {
      path,
      summary,
      flags: completedFlags({ ...settings, ...globals }, known),
      words: known[`${path.join(' ')} ${names[0] ?? ''}`] ?? wordsOf(names[0] ?? ''),
      takesFiles: names.some((name) => /inputs|file/.test(name)),
    };
  });
}

/** The flags of a table of settings, and --help. */
export function completedFlags(settings: Settings, known: KnownWords): CompletedFlag[] {
  const help: CompletedFlag = { name: 'help', help: 'print this help', value: undefined };
  return [...Object.values(settings).map((setting) => completedFlag(setting, known)), help];
}

/** `<bash|zsh|fish>` is one of these words. */
function wordsOf(arg: string): string[] {
  const alternatives = /^[<[]([a-z|-]+)[>\]]$/.exec(arg)?.[1] ?? '';
  return alternatives.includes('|') ? alternatives.split('|') : [];
}

const valuesByName: Readonly<Record<string, CompletedValue>> = {
  FILE: 'file',
  DIR: 'folder',
  STORE: 'folder',
};

function completedFlag(
  { flag: name, short, kind, value = '', choices, help }: Setting,
  known: KnownWords,
): CompletedFlag {
  if (kind === 'switch') return { name, short, help, value: undefined };
  if (name === 'profile') return { name, short, help, value: 'profile' };
  const words = choices ?? known[`--${name}`] ?? known[value];
  return { name, short, help, value: words ?? valuesByName[value] ?? 'any' };
}

/** One of the words that may stand next. */
export interface NextWord {
  word: string;
  summary: string;
}

/** A word that has commands below it: nothing was typed, or `quarantine`. */
export interface CommandGroup {
  path: readonly string[];
  next: readonly NextWord[];
}

/** Where a further word of a command is due: behind the program itself, and behind each group. */
export function commandGroups(commands: readonly CompletedCommand[]): CommandGroup[] {
  const groups = new Map<string, NextWord[]>();
  const first: NextWord[] = [];
  for (const { path, summary } of commands) {
    const [word = '', second] = path;
    if (second === undefined) {
      first.push({ word, summary });
      continue;
    }
    const below = groups.get(word) ?? [];
    // A command of three words belongs to one of two.
    if (below.every((next) => next.word !== second)) groups.set(word, [...below, { word: second, summary }]);
  }
  const names = [...groups].map(([word, next]) => ({
    word,
    summary: next.map(({ word }) => word).join(', '),
  }));
  return [
    { path: [], next: [...first, ...names].sort((a, b) => (a.word < b.word ? -1 : 1)) },
    ...[...groups].map(([word, next]) => ({ path: [word], next })),
  ];
}

/** The flags of all commands that are followed by a value: it is no word of the command. */
export function flagsWithValue(commands: readonly CompletedCommand[]): string[] {
  const names = commands.flatMap(({ flags }) => flags.filter(({ value }) => value !== undefined));
  const shorts = names.flatMap(({ short }) => (short === undefined ? [] : [`-${short}`]));
  const words = names.map(({ name }) => `--${name}`).concat(shorts);
  return [...new Set(words)].sort();
}
