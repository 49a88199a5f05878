import { readFile } from 'node:fs/promises';
import type { CliRun } from './run-cli.ts';
import { runCli } from './run-cli.ts';
import type { Workspace } from './workspace.ts';

/** Runs a line of a document as a shell would, as far as those ask for it: quotes, "$(cat FILE)", > FILE, and a remark behind #. */
export async function runLine(
  workspace: Workspace,
  line: string,
  environment: Readonly<Record<string, string>>,
): Promise<CliRun> {
  const [program, ...given] = [...line.matchAll(/#.*|"([^"]*)"|'([^']*)'|\S+/g)]
    .filter(([word]) => !word.startsWith('#'))
    .map(([word, double, single]) => double ?? single ?? word);
  if (program !== 'audit-export') throw new Error(`no command of this tool: ${line}`);
  const words = await Promise.all(
    given.map(async (word) => {
      const [, file] = /^\$\(cat (\S+)\)$/.exec(word) ?? [];
      return file === undefined ? word : (await readFile(workspace.path(file), 'utf8')).trimEnd();
    }),
  );
  const into = words.indexOf('>');
  const run = await runCli(workspace, into === -1 ? words : words.slice(0, into), { environment });
  if (into !== -1) await workspace.write(words[into + 1] ?? '', run.stdout);
  return run;
}
