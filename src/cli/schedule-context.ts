import { fileURLToPath } from 'node:url';
import type { ScheduleHost } from '../commands/schedule/index.ts';
import type { CliContext } from './terminal-context.ts';

/** Where the key is looked for by whom nobody told otherwise. */
const usualKeyFile = '/etc/audit-export/snowflake-key.p8';

/** Hands `schedule` this machine: a timer knows no PATH, so node and program are named in full. */
export function buildScheduleHost({ workingFolder, environment }: CliContext): ScheduleHost {
  const program = fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url));
  const { SNOWFLAKE_PRIVATE_KEY_PATH: keyFile, ...others } = environment;
  const byOther = ['SNOWFLAKE_PRIVATE_KEY', 'SNOWFLAKE_TOKEN', 'SNOWFLAKE_TOKEN_FILE_PATH'].some(
    (name) => others[name] !== undefined,
  );
  const snowflakeKeyFile = keyFile ?? (byOther ? undefined : usualKeyFile);
  return { program: [process.execPath, program], workingFolder, snowflakeKeyFile };
}
