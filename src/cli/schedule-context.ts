import { fileURLToPath } from 'node:url';
import { configPath } from '../adapters/fs/state/real-path.ts';
import { stateHome } from '../adapters/fs/state/state-places.ts';
import type { ScheduleHost } from '../commands/schedule/index.ts';
import type { CliContext } from './terminal-context.ts';

/** Hands `schedule` this machine: a timer knows no PATH, so node and program are named in full. */
export function buildScheduleHost(context: CliContext): ScheduleHost {
  const program = fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url));
  return {
    program: [process.execPath, program],
    workingFolder: context.workingFolder,
    configPath,
    stateHome: stateHomeOf(context),
  };
}

function stateHomeOf(context: CliContext): string | undefined {
  try {
    return stateHome(context);
  } catch {
    return undefined;
  }
}
