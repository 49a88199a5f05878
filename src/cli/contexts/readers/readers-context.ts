import { objectContent } from '../../../adapters/fs/store/object-content.ts';
import type { ReaderOptions } from '../../../commands/find/settings.ts';
import { layoutOf } from '../../../commands/push/plan/check-request.ts';
import type { CompiledAuditType } from '../../../core/audit-types/audit-type.ts';
import { loadAuditTypes } from '../../../core/audit-types/load-audit-types.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import type { ChosenObject } from '../../../core/readers/find/choose-objects.ts';
import { AuditExportError } from '../../../errors.ts';
import type { StoreReader } from '../../../ports/store/store-reader.ts';
import { openStoreThatIs } from './store-reader-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** A store of events, open for reading. */
export interface OpenedEvents {
  reader: StoreReader;
  /** The folder that the store is; undefined for a bucket. */
  folder: string | undefined;
  layout: string;
  types: readonly CompiledAuditType[];
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
}

/**
 * Opens the store that a reader's options name. Throws `usage` where they name none, and `source-unreadable` for a folder that is not
 * there.
 */
export async function openEvents(
  options: GlobalOptions & ReaderOptions,
  context: CliContext,
): Promise<OpenedEvents> {
  const { from, schemas } = options;
  if (from === undefined)
    throw new AuditExportError('usage', 'Where are the events? No store was given.', {
      cure: 'Name it: --from s3://BUCKET/PREFIX or --from FOLDER, or a profile that has one: --profile NAME.',
    });
  const address = parseStoreAddress(from);
  const reader = await openStoreThatIs(address, options, context);
  return {
    reader,
    folder: address.kind === 'folder' ? address.path : undefined,
    layout: layoutOf(options),
    types: await loadTypes(schemas ?? []),
    open: (object) => objectContent(reader, object),
  };
}

/** Loads the audit types; what reads a user's own is loaded only if there are any. */
export async function loadTypes(schemas: readonly string[]): Promise<CompiledAuditType[]> {
  if (schemas.length === 0) return loadAuditTypes([]);
  const { readOwnType } = await import('../../context.ts');
  return loadAuditTypes(await Promise.all(schemas.map(readOwnType)));
}
