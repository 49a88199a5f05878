import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDuckDb } from '../../../adapters/duckdb/duckdb-engine.ts';
import { ObjectCache } from '../../../adapters/fs/store/object-cache.ts';
import type { QueryHost } from '../../../commands/query/index.ts';
import type { QueryOptions } from '../../../commands/query/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { OpenedEvents } from './readers-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `query` the real world; DuckDB is loaded now. */
export async function buildQueryHost(
  { reader, folder, types }: OpenedEvents,
  { cache, quiet }: GlobalOptions & Pick<QueryOptions, 'cache'>,
  context: CliContext,
): Promise<QueryHost> {
  const { environment, workingFolder, stderr } = context;
  const engine = await openDuckDb();
  const root = folder === undefined ? undefined : resolve(workingFolder, folder);
  const kept = resolve(workingFolder, cache ?? join(cacheHome(environment), 'audit-export', 'objects'));
  const copies = new ObjectCache(kept, reader);
  return {
    reader,
    types,
    engine,
    folders: [root ?? kept],
    pathOf: root === undefined ? (object) => copies.pathOf(object) : async ({ key }) => join(root, key),
    onProgress: (objects) => {
      if (!quiet && stderr.isTTY === true && objects % 50 === 0)
        stderr.write(`\r\u001b[2K${objects} objects at hand`);
    },
  };
}

/** XDG Base Directory Specification. */
function cacheHome({ XDG_CACHE_HOME: given, HOME }: CliContext['environment']): string {
  return given !== undefined && given.startsWith('/') ? given : join(HOME ?? homedir(), '.cache');
}
