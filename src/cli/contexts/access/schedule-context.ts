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
    snowflakeKeyFile: keyFileOf(context),
  };
}

/** How Snowflake is logged in to here: the file of a key, unless something else is said. */
function keyFileOf({ environment }: CliContext): string | undefined {
  const { SNOWFLAKE_PRIVATE_KEY_PATH: keyFile, ...others } = environment;
  const byOther = ['SNOWFLAKE_PRIVATE_KEY', 'SNOWFLAKE_TOKEN', 'SNOWFLAKE_TOKEN_FILE_PATH'].some(
    (name) => others[name] !== undefined,
  );
  return keyFile ?? (byOther ? undefined : usualKeyFile);
}

function stateHomeOf(context: CliContext): string | undefined {
  try {
    return stateHome(context);
  } catch {
    return undefined;
  }
}
