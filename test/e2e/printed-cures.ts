import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import type { Verb } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/verbs/index.ts';

/** Ends a command within a sentence: a mark with a space or nothing behind it, or the bracket that it stands in. */
const endOfCommand = /[.,;:)](?=\s|$)|[|(→#]|$/;

/** The commands of this tool in the cures of what was written to stderr. */
export function commandsIn(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^\s*→ /.test(line))
    .flatMap((line) =>
      [...line.matchAll(/\baudit-export (?=[a-z-])/g)].map(({ index }) => {
        const rest = line.slice(index);
        return rest.slice(0, endOfCommand.exec(rest)?.index).trim();
      }),
    );
}

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));

/** What is wrong with the commands that a run has printed as cures: each is one that there is, with flags that it has. */
export async function faultsOfCures(stderr: string, args: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const command of new Set(commandsIn(stderr))) {
    const [, ...words] = wordsOf(command);
    const verb = await parsed(words);
    if (typeof verb === 'string') faults.push(`${command}: ${verb}`);
    else if (verb?.readsProfile === true)
      for (const flag of ['--profile', '--config'])
        if (args.includes(flag) && !words.includes(flag) && !words.includes('--request'))
          faults.push(`${command}: it has no ${flag}, as the command that failed`);
  }
  return faults;
}

/** The verb of a command line; what is wrong with it; undefined where it asks for help. */
async function parsed(words: readonly string[]): Promise<Verb | string | undefined> {
  let chosen: Verb | undefined;
  const program = buildProgram(verbs, { version: '0', columns: 80 }, async (verb) => {
    chosen = verb;
  });
  silence(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return chosen;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? undefined : error.message;
  }
}

function silence(command: Command): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined }).exitOverride();
  for (const child of command.commands) silence(child);
}
