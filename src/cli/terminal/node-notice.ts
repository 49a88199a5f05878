import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statePlaces } from '../../adapters/fs/state/state-places.ts';
import { wantsJson } from './given-words.ts';
import { openLog } from './log-context.ts';
import { logFormatOf } from './log-format.ts';
import type { CliProcess } from './terminal-context.ts';

/** The AWS SDK needs it from January 2027 on (its own notice, which is not shown beside ours). */
const recommended = 22;
const weekMs = 7 * 24 * 3_600_000;

/**
 * Says on a terminal that this Node is old, at most once a week: when it was said last is the time of a file in the state. Where that
 * can't be written nothing is said, since it would be said each time; nor where JSON is asked for.
 */
export async function tellOfNode(
  node: string,
  argv: readonly string[],
  process: Pick<CliProcess, 'stderr' | 'clock' | 'environment' | 'workingFolder'>,
): Promise<void> {
  const { stderr, clock, environment } = process;
  if (stderr.isTTY !== true || Number.parseInt(node, 10) >= recommended) return;
  if (wantsJson(argv, process) || logFormatOf(argv, environment) === 'json') return;
  try {
    const { root } = statePlaces(process);
    const file = join(root, 'node-notice');
    const told = await stat(file).catch(() => undefined);
    if (told !== undefined && clock.now() - told.mtimeMs < weekMs) return;
    await mkdir(root, { recursive: true, mode: 0o700 });
    await writeFile(file, `${node}\n`);
  } catch {
    return;
  }
  const message = `Node ${node} has reached its end of life, and the AWS SDK will need ${recommended} from January 2027 on: install Node ${recommended} or 24.`;
  openLog(process, 'text').note('node', message, { node });
}
