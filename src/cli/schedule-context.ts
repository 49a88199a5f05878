import { fileURLToPath } from 'node:url';
import type { ScheduleHost } from '../commands/schedule/index.ts';
import type { CliContext } from './terminal-context.ts';

/** Hands `schedule` this machine: a timer knows no PATH, so node and program are named in full. */
export function buildScheduleHost({ workingFolder }: CliContext): ScheduleHost {
  const program = fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url));
  return { program: [process.execPath, program], workingFolder };
}
