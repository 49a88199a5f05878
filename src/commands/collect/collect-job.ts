import type { Checkpoint } from '../../core/collect/checkpoint.ts';
import type { CollectJob } from '../../core/collect/collect.ts';
import { parseTimeOrAge } from '../../core/collect/time-words.ts';
import type { Registry } from '../../core/collect/translate/registry.ts';
import { emptyRegistry, readDataSources, readUserMap } from '../../core/collect/translate/registry.ts';
import { millisecondsOf } from '../../core/collect/translate/snowflake-time.ts';
import type { TranslationRules } from '../../core/collect/translate/translate-query.ts';
import type { ReadingRules } from '../../core/collect/windows.ts';
import { windowEnd } from '../../core/collect/windows.ts';
import { AuditExportError } from '../../errors.ts';
import type { CollectHost } from './collect-host.ts';
import type { CollectOptions } from './settings.ts';

const nsPerMs = 1_000_000n;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/**
 * Windows that one statement asks for: each takes seconds to begin. A shorter window makes shorter statements, which is
 * what helps where one takes too long or gives too much.
 */
const windowsPerStatement = 24n;

/** Snowflake's own word on how late QUERY_HISTORY may be. https://docs.snowflake.com/en/sql-reference/account-usage */
const shortestSettleMs = 45 * minuteMs;

interface Bounds {
  flag: string;
  leastMs: number;
  mostMs: number;
  cure: string;
}

const bounds = {
  settle: {
    flag: 'settle',
    leastMs: shortestSettleMs,
    mostMs: 30 * dayMs,
    cure: 'Use 45m to 30d: rows come up to 45 minutes late, those of ACCESS_HISTORY up to 3 hours.',
  },
  overlap: { flag: 'overlap', leastMs: 0, mostMs: 60 * dayMs, cure: 'Use 0h to 60d.' },
  window: { flag: 'window', leastMs: minuteMs, mostMs: dayMs, cure: 'Use 1m to 1d.' },
  // Snowflake ends a statement after seven days whatever one asks for.
  statementTimeout: {
    flag: 'statement-timeout',
    leastMs: minuteMs,
    mostMs: 7 * dayMs,
    cure: 'Use 1m to 7d.',
  },
} as const satisfies Record<string, Bounds>;

/** The lengths of time that a run reads by. Throws `usage`. */
export function readingRules(options: CollectOptions): ReadingRules {
  for (const [name, { flag, leastMs, mostMs, cure }] of Object.entries(bounds)) {
    const ms = options[name as keyof typeof bounds];
    if (ms >= leastMs && ms <= mostMs) continue;
    throw new AuditExportError('usage', `--${flag}: ${ms / minuteMs} minutes can't be used.`, { cure });
  }
  const { settle, overlap, window } = options;
  return {
    settleNs: BigInt(settle) * nsPerMs,
    overlapNs: BigInt(overlap) * nsPerMs,
    windowNs: BigInt(window) * nsPerMs,
  };
}

/** Reads the files that say who and what is registered. Throws `missing-answer` and `document-invalid`. */
export async function translationRules(
  options: CollectOptions,
  accountHost: string,
  host: Pick<CollectHost, 'readFile'>,
): Promise<TranslationRules> {
  const { userMap, dataSources, unmapped, redactLiterals, form, window } = options;
  if (unmapped === 'drop') requireFiles(options);
  const windowNs = BigInt(window) * nsPerMs;
  const users = await read(userMap, readUserMap, host);
  const sources = await read(dataSources, readDataSources, host);
  return {
    users,
    dataSources: sources,
    before: await registriesBefore(options, { users, dataSources: sources }, host),
    unmapped: unmapped as TranslationRules['unmapped'],
    redact: redactLiterals,
    form: form as TranslationRules['form'],
    host: accountHost,
    madeMsOf: (endNs) => millisecondsOf(windowEnd(endNs, windowNs)),
  };
}

async function read<T>(
  file: string | undefined,
  parse: (file: string, text: string) => Promise<Registry<T>>,
  { readFile }: Pick<CollectHost, 'readFile'>,
): Promise<Registry<T>> {
  return file === undefined ? emptyRegistry : parse(file, await readFile(file));
}

/** The files by which a time was read before that is read once more; one that is not named is as it was. */
async function registriesBefore(
  { again, unmapped, userMapBefore, dataSourcesBefore }: CollectOptions,
  now: Pick<TranslationRules, 'users' | 'dataSources'>,
  host: Pick<CollectHost, 'readFile'>,
): Promise<TranslationRules['before']> {
  if (userMapBefore === undefined && dataSourcesBefore === undefined) return undefined;
  if (!again || unmapped === 'keep')
    throw new AuditExportError(
      'usage',
      '--user-map-before and --data-sources-before are about what is read once more and was left out before.',
      { cure: 'Use them with --again, and without --unmapped keep.' },
    );
  return {
    users: userMapBefore === undefined ? now.users : await read(userMapBefore, readUserMap, host),
    dataSources:
      dataSourcesBefore === undefined
        ? now.dataSources
        : await read(dataSourcesBefore, readDataSources, host),
  };
}

/** Whether log-ins are read as well. */
export function readsLogins({ also }: Pick<CollectOptions, 'also'>): boolean {
  return also === 'logins';
}

function requireFiles({ userMap, dataSources }: CollectOptions): void {
  const missing = [
    ...(userMap === undefined ? ['--user-map FILE'] : []),
    ...(dataSources === undefined ? ['--data-sources FILE'] : []),
  ];
  if (missing.length === 0) return;
  throw new AuditExportError(
    'missing-answer',
    'It is not said which users and objects are registered, and those that are not are dropped: nothing would be left.',
    {
      cure: `Add ${missing.join(' and ')}, or --unmapped keep to keep everybody and everything.`,
      details: { missing: missing.join(', ') },
    },
  );
}

const earlier = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

const nsOf = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : BigInt(text);

/**
 * The job of a run. What is read once more by hand is read as it was then: with `next`, where the next run begins, it does
 * not read beyond that.
 */
export function collectJob(
  options: CollectOptions,
  { next, ...place }: Pick<CollectJob, 'account' | 'translation'> & { next: Checkpoint | undefined },
): CollectJob {
  const { since, until, sessions } = options;
  const rules = readingRules(options);
  const timeOf =
    (flag: string, text: string | undefined) =>
    (nowNs: bigint): bigint | undefined =>
      text === undefined ? undefined : parseTimeOrAge(flag, text, nowNs);
  return {
    ...place,
    sinceNs: timeOf('since', since),
    untilNs: (nowNs) => earlier(timeOf('until', until)(nowNs), nsOf(next?.watermarkNs)),
    rules,
    spanNs: earlier(windowsPerStatement * rules.windowNs, BigInt(dayMs) * nsPerMs) ?? rules.windowNs,
    waitedNs: rules.overlapNs,
    firstNs: nsOf(next?.fromNs),
    client: sessions,
    logins: readsLogins(options),
  };
}
