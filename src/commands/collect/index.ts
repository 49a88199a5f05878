import { CollectAccount } from '../../core/collect/collect-account.ts';
import type { CollectJob, CollectResult } from '../../core/collect/collect.ts';
import { collect } from '../../core/collect/collect.ts';
import { readAccount } from '../../core/collect/read-history.ts';
import { watchedSession } from '../../core/collect/watched-session.ts';
import { parseTimeOrAge } from '../../core/collect/time-words.ts';
import type { ChosenProfile } from '../../core/config/parse-config.ts';
import { resolveSettings } from '../../core/config/setting.ts';
import { describeStoreAddress } from '../../core/config/store-address.ts';
import type { Checkpoint } from '../../ports/collect-state.ts';
import { AuditExportError } from '../../errors.ts';
import type { BatchJournal, CollectState } from '../../ports/collect-state.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { PushRequest } from '../push/index.ts';
import { noMeter } from '../../core/metrics/no-metrics.ts';
import type { PushPlan } from '../push/push-plan.ts';
import { planPush } from '../push/push-plan.ts';
import { recorded } from '../push/recorded.ts';
import type { Watch } from '../push/session.ts';
import { statePlaceOf } from '../push/state-place.ts';
import { pushSettings } from '../push/settings.ts';
import type { CollectHost, HeldState } from './collect-host.ts';
import { collectJob, readingRules, translationRules } from './collect-job.ts';
import type { CollectReport } from './collect-report.ts';
import { buildCollectReport } from './collect-report.ts';
import type { BatchDelivery } from './deliver-batch.ts';
import { DeliveryAccount, openDelivery } from './deliver-batch.ts';
import type { CollectOptions } from './settings.ts';
import { wholePushReport } from './whole-push-report.ts';

/** What `collect snowflake` is asked to do. */
export interface CollectRequest {
  /** Records go to stdout instead of a store. */
  print: boolean;
  options: CollectOptions;
  profile: ChosenProfile | undefined;
}

/**
 * Reads Snowflake's history and delivers it as native-query events, from where the last run came to. Returns the report
 * of the run, failed or not; throws what is wrong before anything is read: `usage`, `missing-answer`, `document-invalid`,
 * `busy`, and what opening Snowflake or the store fails with.
 */
export async function collectSnowflake(request: CollectRequest, host: CollectHost): Promise<CollectReport> {
  const { options, print } = request;
  checkOptions(request);
  checkTimes(request, BigInt(host.push.clock.now()) * nsPerMs);
  readingRules(options);
  const delivery = new DeliveryAccount();
  if (print) return openAndRun(request, host, { account: delivery, to: undefined });
  const plan = await planPush(pushRequest(request), host.push);
  const { quarantineFolder } = plan;
  const whole = await recorded('collect snowflake', plan, host.push, async (recorder) => {
    const to = { plan, watch: { meter: noMeter, recorder } };
    const report = await openAndRun(request, host, { account: delivery, to });
    return wholePushReport(report, { delivery, quarantineFolder });
  });
  return whole.collect;
}

async function openAndRun(
  request: CollectRequest,
  host: CollectHost,
  { account, to }: { account: DeliveryAccount; to: { plan: PushPlan; watch: Watch } | undefined },
): Promise<CollectReport> {
  const { options } = request;
  const store = to && describeStoreAddress(to.plan.address);
  const session = watched(await host.openSession(options), options, host);
  const closing: { close: () => Promise<void> }[] = [session];
  try {
    const translation = await translationRules(options, session.host, host);
    // Settings and credentials of the store are looked at before Snowflake is asked for anything.
    const delivery =
      to === undefined
        ? printing(host)
        : await openDelivery(to.plan, host.push, { account, name: session.account, watch: to.watch });
    closing.unshift(delivery);
    const running = { request, session, account, store, startedMs: host.push.clock.now() };
    const named = await namedSession(session, host).catch((error: unknown) => error);
    if (!isSession(named)) return reportOn(unread(named, host), running, host);
    const held = await openState(request, named, host);
    closing.unshift(held);
    const known = await knownCheckpoint(request, named, host);
    const job = collectJob(options, { store, translation, known });
    return await run({ ...running, session: named, state: held.state, job, delivery }, host);
  } finally {
    for (const part of closing) await part.close();
  }
}

/** The state is that of the account as Snowflake itself names it, under whatever name it was reached. */
async function namedSession(
  session: SnowflakeSession,
  { push: { signal } }: CollectHost,
): Promise<SnowflakeSession> {
  const account = (await readAccount(session, signal)) ?? session.account;
  const { host } = session;
  return { host, account, query: (statement) => session.query(statement), close: () => session.close() };
}

/** Statements that hang are told of, and end. */
function watched(
  session: SnowflakeSession,
  { statementTimeout, quiet }: CollectOptions,
  { push: { clock, log } }: CollectHost,
): SnowflakeSession {
  return watchedSession(session, {
    timer: clock,
    timeoutMs: statementTimeout,
    onSlow: () => {
      if (!quiet)
        log.note(
          'statement-slow',
          `Snowflake has worked on a statement for a minute; it is cancelled after ${statementTimeout / 1000} seconds (--statement-timeout).`,
        );
    },
  });
}

/** What a report is about. */
interface Reported {
  request: CollectRequest;
  session: SnowflakeSession;
  /** Missing where the run ended before it had one. */
  state?: CollectState;
  account: DeliveryAccount;
  store: string | undefined;
  startedMs: number;
}

interface Running extends Reported {
  state: CollectState;
  job: CollectJob;
  delivery: BatchDelivery;
}

async function run(running: Running, host: CollectHost): Promise<CollectReport> {
  const { session, state, job, delivery } = running;
  const { onCommit } = host;
  const { signal } = host.push;
  const deliver = (journal: BatchJournal): Promise<boolean> => delivery.deliver(journal, state);
  return reportOn(await collect(job, { session, state, deliver, onCommit, signal }), running, host);
}

/** How a run ended that could not even ask which account it is. */
function unread(error: unknown, { push: { signal } }: CollectHost): CollectResult {
  const ended = signal.aborted ? 'interrupted' : 'failed';
  return { account: new CollectAccount(), checkpoint: undefined, untilNs: undefined, ended, error };
}

const isSession = (value: unknown): value is SnowflakeSession =>
  typeof value === 'object' && value !== null && 'query' in value;

function reportOn(
  result: CollectResult,
  { request, session, state, account, store, startedMs }: Reported,
  { push: { clock } }: CollectHost,
): CollectReport {
  const { print, profile } = request;
  const { dryRun, again, leftOutLimit, unmapped } = request.options;
  return buildCollectReport(result, account, {
    mode: print ? 'print' : dryRun ? 'dry-run' : 'collect',
    again,
    account: session.account,
    host: session.host,
    store,
    profile: profile?.name,
    state: print || dryRun || again ? undefined : state?.location,
    startedMs,
    endedMs: clock.now(),
    leftOutLimit,
    unmapped,
  });
}

/** Records go to stdout as they are. */
function printing(host: CollectHost): BatchDelivery {
  return {
    deliver: async (journal, state) => {
      for await (const piece of state.records(journal)) await host.print(piece);
      return true;
    },
    close: async () => undefined,
  };
}

/**
 * The state that a run works with. A rehearsal, and what is only printed, begin where the real one stands and leave it
 * there; a run by hand knows of nothing that was read before.
 */
async function openState(
  request: CollectRequest,
  { account }: SnowflakeSession,
  host: CollectHost,
): Promise<HeldState> {
  const { options, print } = request;
  if (options.again) return host.openScratch(undefined);
  if (print && options.to === undefined) return host.openScratch(undefined);
  const place = await statePlaceOf(pushRequest(request), host.push);
  if (print || options.dryRun) return host.openScratch({ place, account });
  return host.openState(place, account, options.lockWait);
}

/** Where the real state stands, for a run that reads once more what was read; undefined for others. */
async function knownCheckpoint(
  request: CollectRequest,
  { account }: SnowflakeSession,
  host: CollectHost,
): Promise<Checkpoint | undefined> {
  const { again, to } = request.options;
  if (!again || to === undefined) return undefined;
  return host.readCheckpoint(await statePlaceOf(pushRequest(request), host.push), account);
}

function checkOptions({ options, print }: CollectRequest): void {
  if (options.again && options.since === undefined)
    throw new AuditExportError('missing-answer', '--again does not say from where.', {
      cure: 'Add --since, and --until if not everything after it is meant.',
      details: { missing: '--since' },
    });
  if (print && options.dryRun)
    throw new AuditExportError('usage', '- and --dry-run are two ways to look without delivering.', {
      cure: 'Use - to see the records, --dry-run to see what would be written.',
    });
}

/** A time that nothing can be read from is told before anybody is asked. Throws `usage`. */
function checkTimes({ options: { since, until } }: CollectRequest, nowNs: bigint): void {
  const sinceNs = since === undefined ? undefined : parseTimeOrAge('since', since, nowNs);
  const untilNs = until === undefined ? undefined : parseTimeOrAge('until', until, nowNs);
  if (sinceNs === undefined || sinceNs < (untilNs ?? nowNs)) return;
  const limit = untilNs === undefined ? 'now' : `--until ${until}`;
  throw new AuditExportError('usage', `--since ${since} is not before ${limit}: nothing lies between.`, {
    cure: 'Use an earlier --since, such as 90d.',
  });
}

const nsPerMs = 1_000_000n;

/**
 * The settings of `push` for batches. Lines that this tool made itself are of one type and need no selection: what a
 * profile says of that is of other lines.
 */
function pushRequest({ options, profile }: CollectRequest): PushRequest {
  return { inputs: [], options: { ...pushDefaults, ...options, again: undefined }, profile };
}

const pushDefaults = resolveSettings(pushSettings, { flags: {}, environment: {}, profile: undefined });
