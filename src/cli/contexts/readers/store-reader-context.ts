import { resolve } from 'node:path';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
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
