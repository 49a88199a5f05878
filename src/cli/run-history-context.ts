import { join } from 'node:path';
import { stateFolder } from '../adapters/fs/config-file.ts';
import { RunHistoryFile } from '../adapters/fs/run-history-file.ts';
import type { RunHistory, RunHistoryBook } from '../ports/run-history.ts';
import type { CliContext } from './terminal-context.ts';

/** The history of a profile's runs, or of the runs without one. */
export function openRunHistory(
  { environment, log }: CliContext,
  profile: string | undefined,
): RunHistory & RunHistoryBook {
  return new RunHistoryFile(join(stateFolder(environment, profile), 'runs.jsonl'), {
    onTrouble: (message) => log.warn('run-history', message),
    now: () => Date.now(),
  });
}
