import type { RunAccount } from '../../../core/accounting/run-account.ts';
import type { Outage } from '../../../core/delivery/retry/circuit-breaker.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import type { Patience, RetryEvents } from '../../../core/delivery/retry/retrying-store.ts';
import { RetryingStore } from '../../../core/delivery/retry/retrying-store.ts';
import { formatDuration } from '../../../core/report/format.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { PushHost } from './push-host.ts';

/** What happens while objects are tried again, for whoever watches. */
export type RetryWatch = Partial<Pick<RetryEvents, 'onRetry' | 'onOutage' | 'onRecovery'>>;

/**
 * The store as a run uses it: what fails is tried again with patience, the books count each request, and an outage is
 * told once when it begins and once when it is over.
 */
export function withRetries(
  store: ObjectStore,
  patience: Patience,
  host: Pick<PushHost, 'clock' | 'random' | 'signal' | 'log' | 'progress'>,
  { account, watch = {} }: { account: Pick<RunAccount, 'addRequest' | 'addRetry'>; watch?: RetryWatch },
): ObjectStore {
  const { clock, random, signal, log, progress } = host;
  const tell = outageTeller({ location: store.location, patience, log, progress });
  return new RetryingStore(store, {
    patience,
    atOnce: defaultLimits.uploads,
    timer: clock,
    random,
    signal,
    events: {
      onTry: () => account.addRequest(),
      onRetry: (cause) => {
        account.addRetry(cause);
        watch.onRetry?.(cause);
      },
      onOutage: (outage) => {
        tell.onOutage(outage);
        watch.onOutage?.(outage);
      },
      onRecovery: (recovery) => {
        tell.onRecovery(recovery);
        watch.onRecovery?.(recovery);
      },
    },
  });
}

interface Telling extends Pick<PushHost, 'log' | 'progress'> {
  location: string;
  patience: Patience;
}

function outageTeller({
  location,
  patience,
  log,
  progress,
}: Telling): Pick<RetryEvents, 'onOutage' | 'onRecovery'> {
  const until = patience === 'endless' ? 'until it works' : `for ${formatDuration(patience.retryForMs)}`;
  return {
    onOutage: ({ cause, error, sinceMs }: Outage) => {
      const { code, details, cure = null } = error;
      const message = `${location} takes nothing just now. ${error.message} What was read is kept, and tried again ${until}.`;
      const since = new Date(sinceMs).toISOString();
      progress.end();
      log.warn(
        'outage',
        message,
        { cause, code, since, cure, details },
        `${message}\n${cure === null ? '' : `  → ${cure}\n`}`,
      );
    },
    onRecovery: ({ lastedMs }) => {
      progress.end();
      const message = `${location} takes objects again, after ${formatDuration(lastedMs)}.`;
      log.note('outage-over', message, { lastedSeconds: lastedMs / 1000 });
    },
  };
}
