import { resolve, sep } from 'node:path';
import { findRegion } from '../../../adapters/aws/credentials/aws-profile.ts';
import { systemClock, systemRandom } from '../../../adapters/system/system-clock.ts';
import type { CompactHost, Place } from '../../../commands/compact/index.ts';
import type { CompactOptions } from '../../../commands/compact/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import { RetryingStore } from '../../../core/delivery/retrying-store.ts';
import type { LakePlace } from '../../../core/ocsf/lake.ts';
import { checkLakePlace } from '../../../core/ocsf/lake.ts';
import { AuditExportError } from '../../../errors.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import { openStore } from '../../context.ts';
import type { OpenedEvents } from './readers-context.ts';
import { openStoreReader } from './store-reader-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

type Options = GlobalOptions & CompactOptions;

const minute = 60_000;

/** Hands `compact` the real world. Throws `usage` where it is not said where the files go, or that is no place for them. */
export async function buildCompactHost(
  events: OpenedEvents,
  options: Options,
  context: CliContext,
): Promise<Omit<CompactHost, 'onFile'>> {
  const { to, claims } = options;
  if (to === undefined)
    throw new AuditExportError('usage', 'It is not said where the Parquet files go.', {
      cure: 'Add --to s3://BUCKET/curated or --to FOLDER: another place than the one that events are delivered to.',
    });
  const apart = claims === undefined || claims === to ? undefined : await openPlace(claims, options, context);
  const target = await openPlace(to, options, context);
  return {
    ...events,
    target,
    ...(apart === undefined ? {} : { claims: { ...apart, folder: `to=${foldersOf(to, context)}/` } }),
    createdBy: `audit-export ${context.version}`,
    signal: context.signal,
  };
}

/** A place as folders of a key. */
function foldersOf(text: string, { workingFolder }: CliContext): string {
  const address = parseStoreAddress(text);
  if (address.kind === 's3') return [address.bucket, address.prefix].filter((part) => part !== '').join('/');
  return resolve(workingFolder, address.path)
    .split(sep)
    .filter((part) => part !== '')
    .join('/');
}

/** Where Security Lake looks, as the options have it. Throws `usage` where they say no region, or what its path can't hold. */
export async function lakeOf(
  { ocsfSource: source, ocsfAccount: account, region, withRaw }: Options,
  { environment }: CliContext,
): Promise<LakePlace> {
  const place = { source, account, region: region ?? (await findRegion(environment)) ?? '' };
  if (place.region === '')
    throw new AuditExportError(
      'usage',
      "Security Lake's path names the region of its bucket, and none is known.",
      {
        cure: 'Add --region, such as --region us-east-1.',
      },
    );
  if (withRaw)
    throw new AuditExportError('usage', '--with-raw says nothing with --ocsf.', {
      cure: 'Leave it out: raw_data holds the event as it is stored.',
    });
  checkLakePlace(place);
  return place;
}

async function openPlace(text: string, options: Options, context: CliContext): Promise<Place> {
  const address = parseStoreAddress(text);
  if (options.from !== undefined && liesIn(address, parseStoreAddress(options.from), context))
    throw new AuditExportError('usage', `What is written to ${text} would lie among the events.`, {
      cure: 'Name another place for the Parquet files, such as --to s3://BUCKET/curated.',
    });
  const store = await openStore(address, storeSettings(options), context);
  return { store: withPatience(store, context), reader: await openStoreReader(address, options, context) };
}

/** Closes what was opened. */
export async function closeCompactHost({
  target,
  claims,
}: Pick<CompactHost, 'target' | 'claims'>): Promise<void> {
  const places = [target, ...(claims === undefined ? [] : [claims])];
  await Promise.all(places.flatMap(({ store, reader }) => [store.close(), reader.close()]));
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
