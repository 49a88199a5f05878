import type { Patience } from '../../../../src/core/delivery/retry/retrying-store.ts';
import { RetryingStore } from '../../../../src/core/delivery/retry/retrying-store.ts';
import type { PutStatus } from '../../../../src/ports/store/object-store.ts';
import type { PutFailureCause } from '../../../../src/ports/store/put-failure.ts';
import { FlakyStore } from '../../../fakes/flaky-store.ts';
import type { Fate, Request } from '../../../fakes/flaky-store.ts';
import { VirtualTimer } from '../../../fakes/virtual-timer.ts';

export interface World {
  patience?: Patience;
  atOnce?: number;
  /** Chance; the longest pauses as a rule. */
  fraction?: () => number;
  takesMs?: number;
}

/** The chance that makes the longest pauses. */
const longest = 1 - Number.EPSILON;
export const minutes = (count: number): number => count * 60_000;
export const bounded = (retryForMs: number, tries?: number): Patience => ({ retryForMs, tries });

/** A retrying store over one that fails as it is told, in a time of their own. */
export function world(fate: (request: Request) => Fate | undefined, settings: World = {}) {
  const { patience = bounded(minutes(5)), atOnce = 8, fraction = () => longest, takesMs = 0 } = settings;
  const timer = new VirtualTimer();
  const inner = new FlakyStore(timer, fate, takesMs);
  const stop = new AbortController();
  const told: string[] = [];
  const retries: PutFailureCause[] = [];
  const sent = { requests: 0 };
  const startMs = timer.now();
  const store = new RetryingStore(inner, {
    patience,
    atOnce,
    timer,
    random: { fraction },
    signal: stop.signal,
    events: {
      onTry: () => sent.requests++,
      onRetry: (cause) => retries.push(cause),
      onOutage: ({ cause }) => told.push(`outage: ${cause}`),
      onRecovery: () => told.push('over'),
    },
  });
  const put = (key: string): Promise<PutStatus> =>
    store.put({ key, body: Buffer.from(key), contentType: 'text/plain' });
  /** What became of a put: its status, or the cause or code of its error. */
  const outcome = (key: string): Promise<string> =>
    put(key).catch(({ trouble, code }: { trouble?: { cause: string }; code: string }) =>
      code === 'interrupted' ? code : (trouble?.cause ?? code),
    );
  return {
    timer,
    inner,
    stop,
    told,
    retries,
    sent,
    store,
    put,
    outcome,
    elapsed: () => timer.now() - startMs,
  };
}

/** Fails the first so many requests of each key. */
export const firstOf =
  (failures: number, fate: Fate) =>
  ({ key, ofKey }: Request): Fate | undefined =>
    key !== 'first' && ofKey <= failures ? fate : undefined;
