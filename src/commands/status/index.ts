import { foldRuns } from '../../core/runs/fold-runs.ts';
import type { RunBook } from '../../core/runs/fold-runs.ts';
import type { JudgedRun } from '../../core/runs/run-states.ts';
import { didEndWell, judgeRuns } from '../../core/runs/run-states.ts';
import { shellWord } from '../../core/language/shell-word.ts';
import { AuditExportError } from '../../errors.ts';
import { listQuarantine } from '../quarantine/list.ts';
import { findProblems } from './find-problems.ts';
import type { NamedPlace, PlaceLook, SpoolLook, StatusHost } from './status-host.ts';
import type { StatusOptions } from './settings.ts';
import { shownRun } from './shown-run.ts';
import type { ProfileStatus, StatusReport, TypeStatus } from './status-report.ts';
import { typeRows } from './type-rows.ts';

/** What could not be read, in words. */
type Unreadable = string[];

/**
 * Tells how every export stands, from what runs have left on this machine; nothing is asked of the store. What can't be
 * read is a problem in the report, not an error. Throws what reading the configuration throws, and with `dismiss`
 * `usage` for a problem that nobody knows, and `state-not-written`.
 */
export async function status(
  { limit, dismiss, expect }: Pick<StatusOptions, 'limit' | 'dismiss' | 'expect'>,
  host: StatusHost,
): Promise<StatusReport> {
  const nowMs = host.clock.now();
  const { configuration, places } = await host.find();
  const dismissed = dismiss === undefined ? [] : await dismissProblems(dismiss, places, host);
  const profiles: ProfileStatus[] = [];
  for (const named of places) profiles.push(await statusOf(named, { host, nowMs, limit, expect }));
  return { report: 'status', version: 1, at: iso(nowMs), configuration, dismissed, profiles };
}

/** Forgets the problems that are named, or all; answers with their ids. */
async function dismissProblems(
  ids: readonly string[],
  places: readonly NamedPlace[],
  host: StatusHost,
): Promise<string[]> {
  const dismissed: string[] = [];
  for (const place of places) {
    const { journalProblems } = host.look(place);
    const known = await journalProblems.list();
    const meant = known.flatMap(({ id }) => (ids.length === 0 || ids.includes(id) ? [id] : []));
    if (meant.length > 0) await journalProblems.dismiss(meant);
    dismissed.push(...meant);
  }
  const missing = ids.filter((id) => !dismissed.includes(id));
  if (missing.length === 0) return [...new Set(dismissed)];
  throw new AuditExportError('usage', `There is no problem ${missing.join(', ')} to dismiss.`, {
    cure: 'See the ids of those that there are: audit-export status',
  });
}

interface Asked {
  host: StatusHost;
  nowMs: number;
  limit: number;
  /** By type; instead of what the profiles expect. */
  expect: Readonly<Record<string, string>> | undefined;
}

async function statusOf(
  named: NamedPlace,
  { host, nowMs, limit, expect = named.profile?.expect ?? {} }: Asked,
): Promise<ProfileStatus> {
  const look = host.look(named);
  const unreadable: Unreadable = [];
  const book = foldRuns(await readable('the run history', () => look.history.lines(), unreadable, []));
  const runs = judgeRuns(book.runs, host.looksAlive);
  if (book.unreadable > 0) unreadable.push(tornLines(book));
  const types = typeRows(book.types, runs, { expect, nowMs });
  const known: Omit<ProfileStatus, 'problems'> = {
    ...identityOf(named, runs),
    folders: [...named.folders],
    lastSuccess: lastSuccess(runs, named),
    ...(await waitingIn(look, unreadable)),
    runs: runs
      .slice(Math.max(0, runs.length - limit))
      .toReversed()
      .map(shownRun),
    runsKnown: runs.length,
    runsSummarised: book.summarised,
    types,
    proposal: proposalFor(types, named),
  };
  const sources = await readable('the journal', () => look.journalProblems.list(), unreadable, []);
  return { ...known, problems: findProblems(known, { runs, unreadable, sources, named }) };
}

/** Only a profile that is there can hold it. */
function proposalFor(types: readonly TypeStatus[], { profile, flags }: NamedPlace): string | null {
  const proposed = types.flatMap(({ type, silence: { state, proposal } }) =>
    state === 'not-set' && proposal !== null ? [`${type}=${proposal}`] : [],
  );
  if (profile === undefined || proposed.length === 0) return null;
  const all = [...Object.entries(profile.expect ?? {}).map((pair) => pair.join('=')), ...proposed];
  return ['audit-export config set expect', ...[...all, ...flags].map(shellWord)].join(' ');
}

function identityOf(
  { name, profile, destination }: NamedPlace,
  runs: readonly JudgedRun[],
): Pick<ProfileStatus, 'profile' | 'state' | 'store'> {
  const store = destination?.text ?? runs.at(-1)?.store;
  return { profile: name ?? null, state: profile?.state ?? null, store: store ?? null };
}

/** A run that went elsewhere, or of which nothing is in the store, says nothing of this export. */
function lastSuccess(runs: readonly JudgedRun[], { destination }: NamedPlace): string | null {
  const last = runs.findLast(({ state, store, end }) => {
    const durable = (end?.balance.delivered ?? 0) + (end?.balance.alreadyDelivered ?? 0);
    return didEndWell(state) && durable > 0 && (destination === undefined || destination.text === store);
  });
  return last?.end?.endedAt ?? null;
}

/** What lies in the state folder beside the history. */
async function waitingIn(
  look: PlaceLook,
  unreadable: Unreadable,
): Promise<Pick<ProfileStatus, 'accessTest' | 'locks' | 'spool' | 'quarantine'>> {
  return {
    accessTest: await readable('the last access test', () => accessTest(look), unreadable, null),
    locks: await readable('the locks', () => look.locks(), unreadable, []),
    spool: await readable('the spool', async () => spoolOf(await look.spool()), unreadable, null),
    quarantine: await readable('the quarantine', () => quarantineOf(look), unreadable, null),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

function tornLines({ unreadable }: RunBook): string {
  return `${unreadable} ${unreadable === 1 ? 'line' : 'lines'} of the run history can't be read: torn by a crash, or changed`;
}

async function readable<T>(
  what: string,
  read: () => Promise<T>,
  unreadable: Unreadable,
  instead: T,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    unreadable.push(`${what} can't be read: ${(error as Error).message}`);
    return instead;
  }
}

async function accessTest({ accessTest: read }: PlaceLook): Promise<ProfileStatus['accessTest']> {
  const report = await read();
  if (report === undefined) return null;
  const { at, verdict, summary } = report as Record<string, unknown>;
  if (typeof at !== 'string' || typeof verdict !== 'string' || typeof summary !== 'string')
    throw new Error('it is no report of an access test');
  return { at, verdict, summary };
}

function spoolOf(spool: SpoolLook | undefined): ProfileStatus['spool'] {
  if (spool === undefined) return null;
  const { files, bytes, oldestMs } = spool;
  return { files, bytes, oldest: oldestMs === undefined ? null : iso(oldestMs) };
}

async function quarantineOf({ quarantines }: PlaceLook): Promise<ProfileStatus['quarantine']> {
  const { folders, lists, lines } = await listQuarantine(quarantines);
  return { folders, lists, lines };
}
