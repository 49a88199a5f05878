import type { SeenBatch, SeenEvents } from '../../ports/seen-events.ts';
import type { PushRequest } from './check-request.ts';
import { noteEventsOf } from './note-events.ts';
import type { LockedRun, PushHost } from './push-host.ts';

/** A window that ends before the last delivery: opened with it, an index forgets all. */
const noDays = -1;

/**
 * The events of the last days, where none of them is to be delivered twice; undefined without `--dedupe`. Where the store
 * has lost what it had, the index is emptied first, once, of all but what looking at the store put back. Throws
 * `state-not-written`, `config-invalid` and what a run throws.
 */
export async function openSeen(held: {
  request: PushRequest;
  host: PushHost;
  locked: LockedRun;
}): Promise<SeenEvents | undefined> {
  const { request, host, locked } = held;
  const { dedupe } = request.options;
  if (dedupe === undefined) return undefined;
  const { state } = locked.ledger;
  const isStale = state.isIndexStale;
  if (isStale) await locked.openSeen(noDays).close();
  const seen = telling(locked.openSeen(dedupe), host);
  if (!isStale) return seen;
  try {
    const witnesses = await locked.ledger.witnesses();
    for (const witness of witnesses.filter(({ key }) => state.spent.has(key)))
      await noteEventsOf(witness, seen, { request, host });
    await locked.ledger.add({ kind: 'forgot' });
    return seen;
  } catch (error) {
    await seen.close();
    throw error;
  }
}

/** Tells when the index had to forget events early. */
function telling(seen: SeenEvents, { log }: Pick<PushHost, 'log'>): SeenEvents {
  const begin = (): SeenBatch => {
    const batch = seen.begin();
    const commit: SeenBatch['commit'] = async (day) => {
      const committed = await batch.commit(day);
      if (committed.crowdedOut > 0)
        log.warn(
          'dedupe-full',
          `The index of --dedupe is full: ${committed.crowdedOut} events left it before their time. A shorter window keeps it whole.`,
          { crowdedOut: committed.crowdedOut },
        );
      return committed;
    };
    return { note: (keys) => batch.note(keys), abandon: () => batch.abandon(), commit };
  };
  return {
    get keys() {
      return seen.keys;
    },
    begin,
    close: () => seen.close(),
  };
}
