import { fileURLToPath } from 'node:url';
import { configPath } from '../../../adapters/fs/state/real-path.ts';
import { stateHome } from '../../../adapters/fs/state/state-places.ts';
import type { ScheduleHost } from '../../../commands/schedule/index.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Where the key is looked for by whom nobody told otherwise. */
const usualKeyFile = '/etc/audit-export/snowflake-key.p8';

/** Hands `schedule` this machine: a timer knows no PATH, so node and program are named in full. */
export function buildScheduleHost(context: CliContext): ScheduleHost {
  const program = fileURLToPath(new URL('../../../../bin/audit-export.js', import.meta.url));
  return {
    program: [process.execPath, program],
    workingFolder: context.workingFolder,
    configPath,
    stateHome: stateHomeOf(context),
    snowflake: snowflakeOf(context),
  };
}

/** How Snowflake is reached and logged in to here: by the file of a key, unless something else is said. */
function snowflakeOf({ environment }: CliContext): ScheduleHost['snowflake'] {
  const said = (name: string): string | undefined => environment[`SNOWFLAKE_${name}`]?.trim() || undefined;
  const byOther = ['PRIVATE_KEY', 'TOKEN', 'TOKEN_FILE_PATH'].some((name) => said(name) !== undefined);
  return {
    account: said('ACCOUNT'),
    user: said('USER'),
    role: said('ROLE'),
    warehouse: said('WAREHOUSE'),
    keyFile: said('PRIVATE_KEY_PATH') ?? (byOther ? undefined : usualKeyFile),
  };
}

function stateHomeOf(context: CliContext): string | undefined {
  try {
    return stateHome(context);
  } catch {
    return undefined;
  }
}
