import { hash } from 'node:crypto';
import type { Checkpoint } from '../../core/collect/checkpoint.ts';
import type { CollectJob } from '../../core/collect/collect.ts';
import { parseTimeOrAge } from '../../core/collect/statement/time-words.ts';
import type { Registry } from '../../core/collect/translate/registry.ts';
import { emptyRegistry, readDataSources, readUserMap } from '../../core/collect/translate/registry.ts';
import { millisecondsOf } from '../../core/collect/translate/snowflake-time.ts';
import type { Maps, TranslationRules } from '../../core/collect/translate/translate-query.ts';
import type { MadeBy } from '../../core/collect/made-by.ts';
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

/** What records are made by: the files as they are now, their texts, and what else decides which records there are. */
export interface Translation {
  rules: TranslationRules;
  now: MadeBy;
  /** The files by the SHA-256 of what they hold. */
  texts: ReadonlyMap<string, string>;
}

/** Reads the files that say who and what is registered. Throws `missing-answer` and `document-invalid`. */
export async function readTranslation(
  options: CollectOptions,
  accountHost: string,
  host: Pick<CollectHost, 'readFile'>,
): Promise<Translation> {
  const { userMap, dataSources, redactLiterals: redact, window, sessions: client } = options;
  const unmapped = options.unmapped as TranslationRules['unmapped'];
  const form = options.form as TranslationRules['form'];
  if (unmapped === 'drop') requireFiles(options);
  const windowNs = BigInt(window) * nsPerMs;
  const users = await readFileOf(userMap, readUserMap, host);
  const sources = await readFileOf(dataSources, readDataSources, host);
  const logins = readsLogins(options);
  return {
    rules: {
      users: users.registry,
      dataSources: sources.registry,
      unmapped,
      logins,
      redact,
      form,
      host: accountHost,
      madeMsOf: (endNs) => millisecondsOf(windowEnd(endNs, windowNs)),
    },
    now: { users: users.sha256, dataSources: sources.sha256, unmapped, form, redact, client, logins },
    texts: new Map(
      [users, sources].flatMap(({ sha256, text }) => (sha256 === null ? [] : [[sha256, text] as const])),
    ),
  };
}

async function readFileOf<T>(
  file: string | undefined,
  parse: (file: string, text: string) => Promise<Registry<T>>,
  { readFile }: Pick<CollectHost, 'readFile'>,
): Promise<{ registry: Registry<T>; sha256: string | null; text: string }> {
  if (file === undefined) return { registry: emptyRegistry, sha256: null, text: '' };
  const text = await readFile(file);
  return { registry: await parse(file, text), sha256: hash('sha256', text), text };
}

/** The files by which records were made before, as they were kept; undefined where one of them is gone. */
export async function mapsOf(
  { users, dataSources, unmapped, logins }: MadeBy,
  read: (sha256: string) => Promise<string | undefined>,
): Promise<Maps | undefined> {
  const userText = users === null ? '' : await read(users);
  const sourceText = dataSources === null ? '' : await read(dataSources);
  if (userText === undefined || sourceText === undefined) return undefined;
  return {
    users: users === null ? emptyRegistry : await readUserMap(users, userText),
    dataSources: dataSources === null ? emptyRegistry : await readDataSources(dataSources, sourceText),
    unmapped,
    logins,
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
  { next, ...place }: Pick<CollectJob, 'account' | 'translator'> & { next: Checkpoint | undefined },
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
