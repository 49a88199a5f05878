import { resolve, sep } from 'node:path';
import { findRegion } from '../../../adapters/aws/credentials/aws-profile.ts';
import { systemClock, systemRandom } from '../../../adapters/system/system-clock.ts';
import type { UnloadHost } from '../../../commands/compact/athena.ts';
import type { CompactHost, Place } from '../../../commands/compact/index.ts';
import type { CompactOptions } from '../../../commands/compact/settings.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import { RetryingStore } from '../../../core/delivery/retry/retrying-store.ts';
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
  const { claims } = options;
  const to = targetOf(options);
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

/** An address that what is made of the events may be written to. Throws `usage` for one among the events. */
function placeApart(text: string, { from }: Options, context: CliContext): StoreAddress {
  const address = parseStoreAddress(text);
  if (from !== undefined && liesIn(address, parseStoreAddress(from), context))
    throw new AuditExportError('usage', `What is written to ${text} would lie among the events.`, {
      cure: 'Name another place for the Parquet files, such as --to s3://BUCKET/curated.',
    });
  return address;
}

async function openPlace(text: string, options: Options, context: CliContext): Promise<Place> {
  const address = placeApart(text, options, context);
  const store = await openStore(address, storeSettings(options), context);
  return { store: withPatience(store, context), reader: await openStoreReader(address, options, context) };
}

const onlyByNode = { ocsf: '--ocsf', withRaw: '--with-raw', claims: '--claims' } as const;

/** Hands `compact --engine athena` the real world; its client is loaded now. Throws `usage` for what Athena can't do. */
export async function buildUnloadHost(
  { reader, folder }: OpenedEvents,
  options: Options,
  context: CliContext,
): Promise<Omit<UnloadHost, 'onStatement'>> {
  for (const [name, flag] of Object.entries(onlyByNode))
    if ((options[name as keyof typeof onlyByNode] ?? false) !== false)
      throw new AuditExportError('usage', `${flag} says nothing to Athena.`, {
        cure: 'Leave it out, or leave --engine athena out.',
      });
  const address = placeApart(targetOf(options), options, context);
  if (address.kind !== 's3' || folder !== undefined)
    throw new AuditExportError('usage', 'Athena reads buckets and writes to buckets; a folder is named.', {
      cure: 'Name --from s3://BUCKET/PREFIX and --to s3://BUCKET/curated, or leave --engine athena out.',
    });
  const { region, workgroup, athenaResults: results } = options;
  const { openAthenaEngine } = await import('../../../adapters/aws/athena/athena-engine.ts');
  const engine = await openAthenaEngine({ region, workgroup, results }, context.environment);
  return { reader, target: await openStoreReader(address, options, context), engine, signal: context.signal };
}

function targetOf({ to }: Options): string {
  if (to !== undefined) return to;
  throw new AuditExportError('usage', 'It is not said where the Parquet files go.', {
    cure: 'Add --to s3://BUCKET/curated or --to FOLDER: another place than the one that events are delivered to.',
  });
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
