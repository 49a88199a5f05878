import { watchedSession } from '../../core/collect/watched-session.ts';
import { parseTimeOrAge } from '../../core/collect/statement/time-words.ts';
import type { ChosenProfile } from '../../core/config/parse-config.ts';
import { resolveSettings } from '../../core/config/setting.ts';
import { AuditExportError } from '../../errors.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { PushRequest } from '../push/index.ts';
import { metered } from '../push/session/metered.ts';
import { planPush } from '../push/plan/push-plan.ts';
import { recorded } from '../push/session/recorded.ts';
import type { Watch } from '../push/session/session.ts';
import { Session } from '../push/session/session.ts';
import type { PushPlan } from '../push/plan/push-plan.ts';
import { statePlaceOf } from '../push/plan/state-place.ts';
import { pushSettings } from '../push/plan/settings.ts';
import type { CollectHost } from './collect-host.ts';
import { readingRules, readTranslation } from './collect-job.ts';
import type { CollectOutcome, CollectReport } from './collect-report.ts';
import { asPushReport, buildCollectReport, reportEndOf } from './collect-report.ts';
import type { Reading } from './run-collect.ts';
import { deliverRecords, printRecords, rehearseRecords } from './run-collect.ts';
import type { CollectOptions } from './settings.ts';

/** What `collect snowflake` is asked to do. */
export interface CollectRequest {
  /** Records go to stdout instead of a store. */
  print: boolean;
  options: CollectOptions;
  profile: ChosenProfile | undefined;
}

/** Windows and objects that the history of a run has one by one: a first run may have thousands. */
const mostListed = 10_000;

/**
 * Reads Snowflake's history and delivers it as native-query events, from where the last run came to. Returns the report
 * of the run, failed or not; throws what is wrong before anything is read: `usage`, `missing-answer`, `document-invalid`,
 * `busy`, and what opening Snowflake, the store or the journal fails with.
 */
export async function collectSnowflake(request: CollectRequest, host: CollectHost): Promise<CollectReport> {
  const { options, print } = request;
  checkOptions(request);
  checkTimes(request, BigInt(host.push.clock.now()) * nsPerMs);
  readingRules(options);
  if (print) return printed(request, host);
  const plan = await planPush(pushRequest(request), host.push);
  const whole = await recorded('collect snowflake', plan, host.push, (recorder) =>
    metered(plan, host.push, (meter) => delivered(request, host, { plan, watch: { meter, recorder } })),
  );
  return whole.collect;
}

async function printed(request: CollectRequest, host: CollectHost): Promise<CollectReport> {
  const { to } = request.options;
  const place = to === undefined ? undefined : await statePlaceOf(pushRequest(request), host.push);
  return withSnowflake(request, host, async (reading, startedMs) =>
    reportOn(await printRecords(reading, place?.destination), request, {
      reading,
      store: undefined,
      startedMs,
    }),
  );
}

async function delivered(
  request: CollectRequest,
  host: CollectHost,
  { plan, watch }: { plan: PushPlan; watch: Watch },
): Promise<ReturnType<typeof asPushReport>> {
  return withSnowflake(request, host, async (reading, startedMs) => {
    // Settings and credentials of the store are looked at before Snowflake is asked for anything.
    const session = await Session.open({
      plan,
      host: host.push,
      watch,
      signal: host.push.signal,
      mostListed,
      command: 'collect snowflake',
    });
    try {
      const deliver = plan.dryRun ? rehearseRecords : deliverRecords;
      const outcome = await deliver(reading, session);
      watch.meter.collected(outcome.account.books);
      const { location: store } = session;
      const report = reportOn(outcome, request, { reading, store, startedMs });
      return asPushReport(report, await session.finish(reportEndOf(outcome)));
    } finally {
      await session.close();
    }
  });
}

async function withSnowflake<R>(
  { options }: CollectRequest,
  host: CollectHost,
  act: (reading: Reading, startedMs: number) => Promise<R>,
): Promise<R> {
  const session = watched(await host.openSession(options), options, host);
  try {
    const translation = await readTranslation(options, session.host, host);
    return await act({ options, host, session, translation }, host.push.clock.now());
  } finally {
    await session.close();
  }
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

function reportOn(
  outcome: CollectOutcome,
  { print, profile, options }: CollectRequest,
  { reading, store, startedMs }: { reading: Reading; store: string | undefined; startedMs: number },
): CollectReport {
  const { dryRun, again, leftOutLimit, unmapped } = options;
  const { session, host } = reading;
  return buildCollectReport(outcome, {
    mode: print ? 'print' : dryRun ? 'dry-run' : 'collect',
    again,
    account: session.account,
    host: session.host,
    store,
    profile: profile?.name,
    startedMs,
    endedMs: host.push.clock.now(),
    leftOutLimit,
    unmapped,
  });
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
