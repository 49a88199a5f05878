import { resolve } from 'node:path';
import { systemClock, systemRandom } from '../../../adapters/system/system-clock.ts';
import type { CompactHost } from '../../../commands/compact/index.ts';
import type { CompactOptions } from '../../../commands/compact/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import { RetryingStore } from '../../../core/delivery/retrying-store.ts';
import { AuditExportError } from '../../../errors.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import { openStore } from '../../context.ts';
import type { OpenedEvents } from './readers-context.ts';
import { openStoreReader } from './store-reader-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

type Options = GlobalOptions & CompactOptions;

const minute = 60_000;

/** Hands `compact` the real world. Throws `usage` where it is not said where the files go. */
export async function buildCompactHost(
  events: OpenedEvents,
  options: Options,
  context: CliContext,
): Promise<Omit<CompactHost, 'onFile'>> {
  const { to } = options;
  if (to === undefined)
    throw new AuditExportError('usage', 'It is not said where the Parquet files go.', {
      cure: 'Add --to s3://BUCKET/curated or --to FOLDER: another place than the one that events are delivered to.',
    });
  const address = parseStoreAddress(to);
  if (options.from !== undefined && liesIn(address, parseStoreAddress(options.from), context))
    throw new AuditExportError('usage', 'The Parquet files would lie among the events.', {
      cure: 'Name another place after --to, such as s3://BUCKET/curated.',
    });
  const store = await openStore(address, storeSettings(options), context);
  return {
    ...events,
    target: withPatience(store, context),
    targetReader: await openStoreReader(address, options, context),
    createdBy: `audit-export ${context.version}`,
    signal: context.signal,
  };
}

/** Whether one place is another, or below it: what is written there would be taken for deliveries that nobody claims. */
function liesIn(place: StoreAddress, store: StoreAddress, { workingFolder }: CliContext): boolean {
  if (place.kind === 's3' && store.kind === 's3')
    return place.bucket === store.bucket && `${place.prefix}/`.startsWith(store.prefix && `${store.prefix}/`);
  if (place.kind !== 'folder' || store.kind !== 'folder') return false;
  return `${resolve(workingFolder, place.path)}/`.startsWith(`${resolve(workingFolder, store.path)}/`);
}

/** With the credentials of whoever runs it, not those of the role that delivers. */
function storeSettings({ region, endpointUrl, pathStyle }: Options): Parameters<typeof openStore>[1] {
  const others = { bucketOwner: undefined, storageClass: undefined, kmsKeyId: undefined, sse: undefined };
  return { region, endpointUrl, pathStyle, ...others, acl: undefined, tags: undefined, role: undefined };
}

/** What fails for a while is tried again. */
function withPatience(store: ObjectStore, { signal }: CliContext): ObjectStore {
  const nothing = (): void => undefined;
  return new RetryingStore(store, {
    patience: { retryForMs: minute, tries: undefined },
    atOnce: defaultLimits.uploads,
    timer: systemClock,
    random: systemRandom,
    signal,
    events: { onTry: nothing, onRetry: nothing, onOutage: nothing, onRecovery: nothing },
  });
}
