import type { PushReport } from '../../core/accounting/push-report.ts';
import { buildPushReport } from '../../core/accounting/push-report.ts';
import { RunAccount } from '../../core/accounting/run-account.ts';
import { describeStoreAddress } from '../../core/config/store-address.ts';
import type { Compression } from '../../core/delivery/codec.ts';
import { buildCodec } from '../../core/delivery/codec.ts';
import { defaultLimits } from '../../core/delivery/limits.ts';
import type { Patience } from '../../core/delivery/retrying-store.ts';
import type { Wrapping } from '../../core/lines/unwrap-line.ts';
import { WitnessKeeper } from '../../core/ledger/witness-keeper.ts';
import { noMeter } from '../../core/metrics/no-metrics.ts';
import type { RunMeter } from '../../core/metrics/run-meter.ts';
import type { PushJob, PushPorts, PushResult } from '../../core/push/push-sources.ts';
import { pushSources } from '../../core/push/push-sources.ts';
import { SpokenHours } from '../../core/runs/spoken-hours.ts';
import type { SeenEvents } from '../../ports/seen-events.ts';
import { storeAddress, storeSettings } from './check-request.ts';
import type { PushRequest } from './check-request.ts';
import { discardingQuarantine, planningStore } from './dry-run.ts';
import type { PushHost } from './push-host.ts';
import type { RunRules } from './run-rules.ts';
import { buildRunRules } from './run-rules.ts';
import { withRetries } from './with-retries.ts';

const chunkBytes = 512 * 1024;

/** What jobs of one run differ in. */
export interface RunJob extends Pick<PushJob, 'parts' | 'objectBytes' | 'confirm'> {
  /** That of the options, unless the job was begun with another. */
  compression?: Compression | undefined;
  seen?: SeenEvents | undefined;
}

/** A run that is ready to push: its rules are built, its store, threads and books are open. */
export interface OpenRun {
  types: readonly string[];
  layout: string;
  store: WitnessKeeper;
  account: RunAccount;
  quarantineFolder: string;
  /** Folders and prefixes that the run writes to, and must not read. */
  written: readonly string[];
  /** Does one job: these sources, cut into objects of this size, without the events that were seen. */
  push: (job: RunJob) => Promise<PushResult>;
  close: () => Promise<void>;
}

/**
 * Opens what a run needs, lets `body` push, closes everything and builds the report. Throws what is wrong before
 * anything is read: `usage`, `schema-invalid`, and what opening the store fails with.
 */
export async function withRun(
  request: PushRequest,
  host: PushHost,
  body: (run: OpenRun) => Promise<PushResult>,
): Promise<PushReport> {
  const { options, profile } = request;
  const meter = host.meter ?? noMeter;
  const startedMs = host.clock.now();
  const run = await openRun(request, host, meter);
  try {
    const result = await body(run);
    const report = buildPushReport(result, {
      store: run.store.location,
      profile: profile?.name,
      quarantineFolder: run.quarantineFolder,
      dryRun: options.dryRun,
      startedMs,
      endedMs: host.clock.now(),
    });
    const isDone = report.outcome === 'delivered' || report.outcome === 'delivered-with-quarantine';
    // A follower opens everything once before it has anything to deliver: that is no success yet.
    if (isDone && !(options.follow && report.sources.length === 0)) meter.succeeded();
    return report;
  } finally {
    meter.left(run.account);
    host.progress.end();
    await run.close();
  }
}

async function openRun(request: PushRequest, host: PushHost, meter: RunMeter): Promise<OpenRun> {
  const { options, profile } = request;
  const address = storeAddress(request);
  const rules = await buildRunRules(request, host);
  const account = new RunAccount(rules.rules.types, host.clock.now());
  const quarantineFolder = options.quarantine ?? host.quarantineFolder(profile?.name);
  const store = await openStore(request, host, { account, meter });
  const spool = host.openSpool();
  const classifier = host.openClassifier(rules.rules, rules.settings, rules.ownTypes);
  const spoken = host.recorder?.spokenOf(rules.rules.types) ?? new SpokenHours(rules.rules.types);
  const job = commonJob(request, rules, { account, spoken });
  const ports = (seen: SeenEvents | undefined): PushPorts => ({
    classifier,
    store,
    spool,
    quarantine: options.dryRun ? discardingQuarantine : host.openQuarantine(quarantineFolder),
    progress: host.progress,
    meter,
    clock: host.clock,
    seen,
    signal: host.signal,
  });
  return {
    types: rules.rules.types,
    layout: rules.settings.layout,
    store,
    account,
    quarantineFolder,
    written: [quarantineFolder, address.kind === 'folder' ? address.path : describeStoreAddress(address)],
    push: ({ seen, compression, ...own }) => {
      const codec = compression === undefined ? job.codec : buildCodec(compression, options.level);
      return pushSources({ ...job, codec, ...own }, ports(seen));
    },
    close: async () => {
      await Promise.all([classifier, store, spool].map((part) => part.close()));
    },
  };
}

/** What all jobs of a run have in common. */
function commonJob(
  { options }: PushRequest,
  { rules }: RunRules,
  books: Pick<PushJob, 'account' | 'spoken'>,
): Omit<PushJob, 'parts' | 'objectBytes' | 'confirm'> {
  return {
    types: rules.types,
    envelopes: rules.envelopes,
    scheme: rules.scheme,
    codec: buildCodec(options.compression as Compression, options.level),
    maxLineBytes: options.maxLine,
    // A follower takes lines out of their wrapping when it reads them.
    wrapping: options.follow || options.unwrap === 'none' ? undefined : (options.unwrap as Wrapping),
    chunkBytes,
    limits: defaultLimits,
    badLineLimit: options.strict ? 0 : (options.limitBad ?? Number.POSITIVE_INFINITY),
    ...books,
  };
}

/** The store with the run's patience, under the eyes of books and meter; in a dry run one that takes nothing. */
async function openStore(
  request: PushRequest,
  host: PushHost,
  { account, meter }: { account: RunAccount; meter: RunMeter },
): Promise<WitnessKeeper> {
  const { options } = request;
  const address = storeAddress(request);
  const settings = storeSettings(request);
  if (options.dryRun) return new WitnessKeeper(planningStore(address));
  const patience: Patience = options.follow
    ? 'endless'
    : { retryForMs: options.retryFor, tries: host.maxAttempts() };
  const watch = {
    onOutage: () => meter.outage(account, true),
    onRecovery: () => meter.outage(account, false),
  };
  const store = await host.openStore(address, { ...settings, checked: !options.follow });
  return new WitnessKeeper(withRetries(store, patience, host, { account, watch }));
}
