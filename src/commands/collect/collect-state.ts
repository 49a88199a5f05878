import type { Checkpoint } from '../../core/collect/checkpoint.ts';
import type { CollectState } from '../../core/collect/collect.ts';
import type { MadeBy, MadeHistory } from '../../core/collect/made-by.ts';
import { goingOn, withMade } from '../../core/collect/made-by.ts';
import type { KeptBytes } from '../../ports/state/kept-bytes.ts';
import type { HeldJournal } from '../push/session/push-host.ts';
import type { AnswerDelivery } from './answer-delivery.ts';
import type { CollectHost, ScratchPlace } from './collect-host.ts';

/** By what the state of a destination knows an account: name of its cursor, and of the folder for its answers. */
export function sourceOf(account: string): string {
  return `snowflake-${account.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '_')}`;
}

/** How far the collector of an account has come by these cursors. */
export function checkpointIn(cursors: ReadonlyMap<string, unknown>, account: string): Checkpoint | undefined {
  return cursors.get(sourceOf(account)) as Checkpoint | undefined;
}

/** By what the records of each time were made that was collected of an account to here. */
export function madeIn(cursors: ReadonlyMap<string, unknown>, account: string): MadeHistory {
  return (cursors.get(madeKey(account)) as MadeHistory | undefined) ?? [];
}

/** The files, by their SHA-256, by which anything was made, whatever the account. */
export function filesIn(cursors: ReadonlyMap<string, unknown>): string[] {
  const histories = [...cursors].flatMap(([key, value]) =>
    key.endsWith(madeSuffix) ? (value as MadeHistory) : [],
  );
  return histories.flatMap(({ by }) =>
    by.flatMap(({ users, dataSources }) => [users, dataSources].filter((one) => one !== null)),
  );
}

const madeSuffix = '/made';

function madeKey(account: string): string {
  return `${sourceOf(account)}${madeSuffix}`;
}

interface Keeping {
  account: string;
  delivery: AnswerDelivery;
  /** By what records are made now. */
  now: MadeBy;
}

/** The state of an account at a destination: its cursor in the journal, and its answers and seen queries beside it. */
export async function journaledState(
  held: Pick<HeldJournal, 'journal' | 'folder' | 'openKept' | 'openSeenQueries'>,
  { account, delivery, now }: Keeping,
): Promise<CollectState> {
  const source = sourceOf(account);
  const { journal } = held;
  const { kept, deliver } = await keptIn(held, `${source}/answers`, delivery);
  const { cursors } = journal.state;
  const known = checkpointIn(cursors, account);
  const made = madeIn(cursors, account);
  let isTold = false;
  /** What is read from here on is made by other files than what was read before: that is said with the first of it. */
  const standing = (checkpoint: Checkpoint): Record<string, unknown> => {
    const history = isTold
      ? made
      : goingOn(made, BigInt(known === undefined ? checkpoint.fromNs : known.watermarkNs), now);
    return { [source]: checkpoint, ...(history === made ? {} : { [madeKey(account)]: history }) };
  };
  return {
    location: held.folder,
    known,
    kept,
    openSeen: (days) => held.openSeenQueries(source, days),
    keep: async (checkpoint) => {
      await journal.add({ kind: 'cursor', standing: { cursors: standing(checkpoint) } });
      isTold = true;
    },
    deliver: async (records, checkpoint) => {
      const isDurable = await deliver(records, standing(checkpoint));
      isTold ||= isDurable;
      return isDurable;
    },
  };
}

/**
 * That of a run by hand: it knows of nothing that was read before, and moves no cursor; what it has begun is ended. By what it
 * made records is written down with them.
 */
export async function byHandState(
  held: Pick<HeldJournal, 'journal' | 'openKept'>,
  scratch: ScratchPlace,
  { account, delivery, now }: Keeping,
): Promise<CollectState> {
  const { kept, deliver } = await keptIn(held, `${sourceOf(account)}/again`, delivery);
  const { journal } = held;
  const made = madeIn(journal.state.cursors, account);
  const standing = ({ fromNs, watermarkNs }: Checkpoint): Record<string, unknown> => ({
    [madeKey(account)]: withMade(made, { fromNs: BigInt(fromNs), untilNs: BigInt(watermarkNs) }, now),
  });
  return {
    location: undefined,
    known: undefined,
    kept,
    openSeen: scratch.openSeenQueries,
    keep: (checkpoint) => journal.add({ kind: 'cursor', standing: { cursors: standing(checkpoint) } }),
    deliver: (records, checkpoint) => deliver(records, standing(checkpoint)),
  };
}

async function keptIn(
  held: Pick<HeldJournal, 'openKept'>,
  place: string,
  delivery: AnswerDelivery,
): Promise<{ kept: KeptBytes; deliver: (records: Records, cursors: Cursors) => Promise<boolean> }> {
  return {
    kept: await held.openKept(place),
    deliver: ({ name, source, bytes }, cursors) =>
      delivery.deliver(
        { kind: 'kept', segment: name, place, source, bytes, from: { stored: 0, offset: 0, lines: 0 } },
        cursors,
      ),
  };
}

type Records = Parameters<CollectState['deliver']>[0];
type Cursors = Parameters<AnswerDelivery['deliver']>[1];

/**
 * That of a run which leaves no trace, a rehearsal or one that prints: it begins where `known` stands, and does not look for
 * what came late before that.
 */
export function passingState(
  { kept, openSeenQueries }: ScratchPlace,
  known: Checkpoint | undefined,
  deliver: CollectState['deliver'],
): CollectState {
  return {
    location: undefined,
    known: known && { ...known, ledgerFromNs: known.watermarkNs, unindexed: [] },
    kept,
    openSeen: openSeenQueries,
    keep: async () => undefined,
    deliver,
  };
}

/** Prints the records of a segment, and lets go of it. */
export function printing(
  { kept }: ScratchPlace,
  { print }: Pick<CollectHost, 'print'>,
): CollectState['deliver'] {
  return async ({ name }) => {
    for await (const piece of kept.read(name)) await print(piece);
    await kept.remove(name);
    return true;
  };
}
