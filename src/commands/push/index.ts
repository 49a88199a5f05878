import { AuditExportError } from '../../errors.ts';
import type { PushReport } from '../../core/accounting/push-report.ts';
import { buildPushReport } from '../../core/accounting/push-report.ts';
import { loadAuditTypes } from '../../core/audit-types/load-audit-types.ts';
import { buildClassifyRules } from '../../core/classify/build-rules.ts';
import type { ClassifySettings } from '../../core/classify/build-rules.ts';
import { closest } from '../../core/config/closest.ts';
import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { Profile } from '../../core/config/parse-config.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import type { Compression } from '../../core/delivery/codec.ts';
import { buildCodec } from '../../core/delivery/codec.ts';
import { defaultLimits } from '../../core/delivery/limits.ts';
import { dayLayout, hourLayout } from '../../core/layout/layout.ts';
import { pushSources } from '../../core/push/push-sources.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Source } from '../../ports/source.ts';
import { discardingQuarantine, planningStore } from './dry-run.ts';
import type { PushHost, StoreSettings } from './push-host.ts';
import type { PushOptions } from './settings.ts';

const chunkBytes = 512 * 1024;
/** An object is one PUT with its body in memory. */
const maxObjectBytes = 1024 ** 3;

/** What `push` is asked to do. */
export interface PushRequest {
  inputs: readonly string[];
  options: PushOptions & GlobalOptions;
  profile: { name: string; profile: Profile } | undefined;
}

/**
 * Delivers lines of JSON to a store. Returns the report of the run, failed or not; throws what is wrong before anything
 * is read: `usage`, `schema-invalid`, `source-unreadable`, and what opening the store fails with.
 */
export async function push({ inputs, options, profile }: PushRequest, host: PushHost): Promise<PushReport> {
  refuseDraft(profile, options);
  const to = requireStore(options.to);
  if (inputs.length === 0 && host.stdinIsTerminal) throw noInput();
  return pushFrom(
    (written) => host.openSources(inputs, written),
    { inputs, options: { ...options, to }, profile },
    host,
  );
}

/** The same for sources that are opened in another way; `written` are the folders that the run writes to. */
export async function pushFrom(
  openSources: (written: readonly string[]) => Promise<readonly Source[]>,
  request: PushRequest,
  host: PushHost,
): Promise<PushReport> {
  const { options, profile } = request;
  const address = storeAddress(request);
  const ownTypes = await host.readOwnTypes(options.schemas ?? []);
  const settings: ClassifySettings = {
    layout: layoutOf(options),
    selected: options.types,
    maxLineBytes: options.maxLine,
  };
  const rules = buildClassifyRules(await loadAuditTypes(ownTypes), settings);
  checkTypes(options.types, rules.types);
  checkObjectSize(options.objectSize);
  const to = storeSettings(request);
  const store = options.dryRun ? planningStore(address) : await host.openStore(address, to);
  const quarantineFolder = options.quarantine ?? host.quarantineFolder(profile?.name);
  const sources = await openSources([quarantineFolder, ...(address.kind === 'folder' ? [address.path] : [])]);
  const startedMs = host.clock.now();
  const spool = host.openSpool();
  const classifier = host.openClassifier(rules, settings, ownTypes);
  try {
    const result = await pushSources(
      {
        sources,
        types: rules.types,
        scheme: rules.scheme,
        codec: buildCodec(options.compression as Compression, options.level),
        objectBytes: options.objectSize,
        maxLineBytes: options.maxLine,
        chunkBytes,
        limits: defaultLimits,
        badLineLimit: options.strict ? 0 : (options.limitBad ?? Number.POSITIVE_INFINITY),
        startedMs,
      },
      {
        classifier,
        store,
        spool,
        quarantine: options.dryRun ? discardingQuarantine : host.openQuarantine(quarantineFolder),
        progress: host.progress,
        signal: host.signal,
      },
    );
    const facts = {
      store: store.location,
      profile: profile?.name,
      quarantineFolder,
      dryRun: options.dryRun,
      startedMs,
      endedMs: host.clock.now(),
    };
    return buildPushReport(result, facts);
  } finally {
    host.progress.end();
    await closeAll([classifier, store, spool]);
  }
}

async function closeAll(parts: readonly Pick<ObjectStore, 'close'>[]): Promise<void> {
  await Promise.all(parts.map((part) => part.close()));
}

function requireStore(to: string | undefined): string {
  if (to !== undefined) return to;
  throw new AuditExportError('missing-answer', 'It is not said where to deliver.', {
    cure: 'Add --to s3://BUCKET/PREFIX or --to FOLDER, or name a profile with --profile.',
    details: { missing: '--to' },
  });
}

function storeAddress({ options, profile }: PushRequest): StoreAddress {
  refuseDraft(profile, options);
  return parseStoreAddress(requireStore(options.to));
}

/** Role and policy of a draft are not made: nothing could be delivered, or it would go where nobody has looked. */
function refuseDraft(profile: PushRequest['profile'], { allowDraft }: PushRequest['options']): void {
  if (profile?.profile.state !== 'draft' || allowDraft) return;
  throw new AuditExportError(
    'draft-profile',
    `The profile ${profile.name} is a draft: its set-up is not finished.`,
    {
      cure: `Finish it with audit-export init --profile ${profile.name}, or add --allow-draft to push all the same.`,
    },
  );
}

function noInput(): AuditExportError {
  return new AuditExportError(
    'missing-answer',
    'There is no input: stdin is a terminal, and no file is named.',
    {
      cure: 'Name files, folders or globs, or pipe lines in: audit-export push --to FOLDER < events.jsonl (to type them, name -).',
    },
  );
}

function layoutOf({ layout, partition }: PushOptions): string {
  if (layout === undefined) return partition === 'hour' ? hourLayout : dayLayout;
  if (partition === 'hour' && !layout.includes('{HH}')) {
    throw new AuditExportError(
      'usage',
      '--partition hour and a --layout without {HH} contradict each other.',
      { cure: 'Put {HH} into the layout, or leave --partition out.' },
    );
  }
  return layout;
}

function checkTypes(selected: readonly string[] | undefined, known: readonly string[]): void {
  for (const type of selected ?? []) {
    if (known.includes(type)) continue;
    const meant = closest(type, known);
    throw new AuditExportError('usage', `--types: there is no audit type ${JSON.stringify(type)}.`, {
      cure: meant === undefined ? `Known types: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
}

function checkObjectSize(bytes: number): void {
  if (bytes <= maxObjectBytes) return;
  throw new AuditExportError(
    'usage',
    `--object-size: ${bytes} bytes are more than the ${maxObjectBytes} that an object may have.`,
    { cure: 'Use 1GiB or less.' },
  );
}

function storeSettings({ options, profile }: PushRequest): StoreSettings {
  const { region, endpointUrl, pathStyle, bucketOwner, storageClass, kmsKeyId, tags } = options;
  if (bucketOwner !== undefined && !/^\d{12}$/.test(bucketOwner)) {
    throw new AuditExportError(
      'usage',
      `--bucket-owner: ${JSON.stringify(bucketOwner)} is no AWS account id.`,
      { cure: 'An account id has 12 digits.' },
    );
  }
  const role = profile?.profile.role;
  return {
    region,
    endpointUrl,
    pathStyle,
    bucketOwner,
    storageClass,
    kmsKeyId,
    tags,
    role: role === undefined ? undefined : { arn: role.arn, externalId: role.externalId },
  };
}
