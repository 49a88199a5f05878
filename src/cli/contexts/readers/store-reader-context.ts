import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { AuditExportError } from '../../../errors.ts';
import type { StoreReader } from '../../../ports/store/store-reader.ts';
import type { SourceOptions } from '../delivery/source-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Opens a store for reading; the SDK is loaded for a bucket only. Nothing is asked of it before the first listing. */
export async function openStoreReader(
  address: StoreAddress,
  options: GlobalOptions & Pick<SourceOptions, 'pathStyle'>,
  { environment, workingFolder, signal }: CliContext,
): Promise<StoreReader> {
  if (address.kind === 'folder') {
    const { FolderReader } = await import('../../../adapters/fs/store/folder-reader.ts');
    return new FolderReader(address.path, resolve(workingFolder, address.path));
  }
  const { S3StoreReader } = await import('../../../adapters/aws/s3/s3-store-reader.ts');
  const { region, endpointUrl, pathStyle } = options;
  // A bucket that is elsewhere says where.
  const reach = { region: undefined, usualRegion: region, endpointUrl, pathStyle, environment, signal };
  return new S3StoreReader(address, reach);
}

/**
 * Opens a store that somebody has named because it is there. Throws `source-unreadable` for a folder that is not: no events of a name
 * that was misspelt would be an answer, and a wrong one.
 */
export async function openStoreThatIs(
  address: StoreAddress,
  options: GlobalOptions & Pick<SourceOptions, 'pathStyle'>,
  context: CliContext,
): Promise<StoreReader> {
  if (address.kind === 'folder' && !existsSync(resolve(context.workingFolder, address.path)))
    throw new AuditExportError('source-unreadable', `There is no folder ${address.path}.`, {
      cure: 'Name the one that push delivers to, or a bucket: s3://BUCKET/PREFIX.',
    });
  return openStoreReader(address, options, context);
}
