import { describe, expect, test } from 'vitest';
import { withRetries } from '../../../../src/commands/push/session/with-retries.ts';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import type { Patience } from '../../../../src/core/delivery/retry/retrying-store.ts';
import { FlakyStore } from '../../../fakes/flaky-store.ts';
import { VirtualTimer } from '../../../fakes/virtual-timer.ts';

/** A run whose store takes the first object, is away for some minutes, and comes back. */
async function runThroughOutage(patience: Patience, awayMs: number) {
  const timer = new VirtualTimer();
  const overMs = timer.now() + awayMs;
  const inner = new FlakyStore(timer, ({ key, nowMs }) =>
    key !== 'first' && nowMs < overMs ? { cause: 'denied' } : undefined,
  );
  const account = new RunAccount([], timer.now());
  const told: string[] = [];
  const tell =
    (level: string) =>
    (event: string, message: string, facts?: object, shown?: string): void => {
      told.push([level, event, message, JSON.stringify(facts), shown ?? ''].join(' | '));
    };
  const watched: string[] = [];
  const store = withRetries(
    inner,
    patience,
    {
      clock: timer,
      random: { fraction: () => 0.5 },
      signal: new AbortController().signal,
      log: { note: tell('note'), warn: tell('warn'), error: tell('error') },
      progress: { update: () => undefined, end: () => told.push('progress cleared') },
    },
    {
      account,
      watch: {
        onRetry: (cause) => watched.push(cause),
        onOutage: () => watched.push('outage'),
        onRecovery: () => watched.push('over'),
      },
    },
  );
  const put = (key: string) => store.put({ key, body: Buffer.alloc(1), contentType: 'text/plain' });
  await timer.run(put('first'));
  const keys = Array.from({ length: 6 }, (_, n) => `object-${n}`);
  const outcomes = await timer.run(Promise.allSettled(keys.map(put)));
  return { account, told, watched, outcomes: outcomes.map(({ status }) => status) };
}

describe('an outage', () => {
  test('is told once with its cause and cure, and once when it is over; the books count each request', async () => {
    const { account, told, watched, outcomes } = await runThroughOutage(
      { retryForMs: 900_000, tries: undefined },
      120_000,
    );
    expect(outcomes).toEqual(Array(6).fill('fulfilled'));
    expect(told.filter((line) => line === 'progress cleared')).toHaveLength(2);
    const [alarm = '', allClear = '', ...more] = told.filter((line) => line !== 'progress cleared');
    expect(more).toEqual([]);
    expect(alarm).toMatch(/^warn \| outage \| flaky takes nothing just now\. the store failed: denied /);
    expect(alarm).toContain('tried again for 15 min 0 s.');
    expect(alarm).toContain(
      '"cause":"denied","code":"store-failed","since":"1970-01-01T00:16:40.000Z","cure":"Wait."',
    );
    expect(alarm).toMatch(/\n {2}→ Wait\.\n$/);
    expect(allClear).toMatch(/^note \| outage-over \| flaky takes objects again, after 2 min \d+ s\./);
    const tried = watched.filter((what) => what === 'denied').length;
    expect(watched.filter((what) => what !== 'denied')).toEqual(['outage', 'over']);
    expect(account.requests).toBe(7 + tried);
    expect(Object.fromEntries(account.retries)).toEqual({ denied: tried });
  });

  test('of a run that never gives up says so', async () => {
    const { told, outcomes } = await runThroughOutage('endless', 86_400_000);
    expect(outcomes).toEqual(Array(6).fill('fulfilled'));
    expect(told.find((line) => line.startsWith('warn'))).toContain('tried again until it works.');
  });

  test('that lasts too long fails the run after the one alarm', async () => {
    const { told, outcomes } = await runThroughOutage({ retryForMs: 30_000, tries: undefined }, 86_400_000);
    expect(outcomes).toEqual(Array(6).fill('rejected'));
    expect(told.filter((line) => line !== 'progress cleared')).toHaveLength(1);
  });
});
