import type { SeenBatch, SeenEvents } from '../../../ports/state/seen-events.ts';
import type { PushHost } from './push-host.ts';

/** Tells when the index had to forget events early. */
export function telling(seen: SeenEvents, { log }: Pick<PushHost, 'log'>): SeenEvents {
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
    return { ...batch, commit };
  };
  return {
    get keys() {
      return seen.keys;
    },
    daysOf: (keys) => seen.daysOf(keys),
    begin,
    close: () => seen.close(),
  };
}
