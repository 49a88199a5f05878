import { foldRuns } from '../../core/runs/fold-runs.ts';
import type { RunBook } from '../../core/runs/fold-runs.ts';
import { heardUntil } from '../../core/runs/heard-until.ts';
import type { JudgedRun } from '../../core/runs/run-states.ts';
import { didEndWell, judgeRuns } from '../../core/runs/run-states.ts';
import { listQuarantine } from '../quarantine/list.ts';
import { findProblems } from './find-problems.ts';
import type { NamedPlace, PlaceLook, SpoolLook, StatusHost } from './status-host.ts';
import type { StatusOptions } from './settings.ts';
import { shownRun } from './shown-run.ts';
import type { ProfileStatus, StatusReport } from './status-report.ts';
import { typeRows } from './type-rows.ts';

/** What could not be read, in words. */
type Unreadable = string[];

/**
 * Tells how every export stands, from what runs have left on this machine; nothing is asked of the store. What can't be
 * read is a problem in the report, not an error. Throws only what reading the configuration throws.
 */
export async function status({ limit }: StatusOptions, host: StatusHost): Promise<StatusReport> {
  const nowMs = host.clock.now();
  const profiles: ProfileStatus[] = [];
  for (const named of await host.places()) profiles.push(await statusOf(named, { host, nowMs, limit }));
  return { report: 'status', version: 1, at: iso(nowMs), profiles };
}

interface Asked {
  host: StatusHost;
  nowMs: number;
  limit: number;
}

async function statusOf(named: NamedPlace, { host, nowMs, limit }: Asked): Promise<ProfileStatus> {
  const look = host.look(named);
  const unreadable: Unreadable = [];
  const book = foldRuns(await readable('the run history', () => look.history.lines(), unreadable, []));
  const runs = judgeRuns(book.runs, host.looksAlive);
  const heardMs = heardUntil(runs);
  if (book.unreadable > 0) unreadable.push(tornLines(book));
  const known: Omit<ProfileStatus, 'problems'> = {
    ...identityOf(named, runs),
    folder: named.folder,
    lastSuccess: lastSuccess(runs),
    heardUntil: heardMs === undefined ? null : iso(heardMs),
    ...(await waitingIn(look, unreadable)),
    runs: runs
      .slice(Math.max(0, runs.length - limit))
      .toReversed()
      .map(shownRun),
    runsKnown: runs.length,
    runsSummarised: book.summarised,
    types: typeRows(book.types, runs, { heardMs, nowMs }),
  };
  return { ...known, problems: findProblems(known, { runs, unreadable }) };
}

function identityOf(
  { name, profile, destination }: NamedPlace,
  runs: readonly JudgedRun[],
): Pick<ProfileStatus, 'profile' | 'state' | 'store'> {
  const store = destination?.text ?? runs.at(-1)?.store;
  return { profile: name ?? null, state: profile?.state ?? null, store: store ?? null };
}

function lastSuccess(runs: readonly JudgedRun[]): string | null {
  const last = runs.findLast(({ state }) => didEndWell(state));
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

async function quarantineOf({ shelf }: PlaceLook): Promise<ProfileStatus['quarantine']> {
  const { lists, lines } = await listQuarantine([shelf]);
  return { folder: shelf.folder, lists, lines };
}
