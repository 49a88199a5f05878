import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PutFailureCause } from '../../../../src/ports/store/put-failure.ts';
import { putFailureCauses } from '../../../../src/ports/store/put-failure.ts';
import type { Fate, FlakyStore } from '../../../fakes/flaky-store.ts';
import { VirtualTimer } from '../../../fakes/virtual-timer.ts';
import { bounded, firstOf, minutes, world } from './retrying.ts';
import { runs } from '../../../fakes/runs.ts';

describe('an outage', () => {
  const keys = Array.from({ length: 20 }, (_, n) => `object-${n}`);

  test('is probed by one PUT at a time, is told once, and all goes on when it is over', async () => {
    const overMs = new VirtualTimer().now() + minutes(3);
    const { timer, put, outcome, inner, told, elapsed } = world(
      ({ key, nowMs }) => (key !== 'first' && nowMs < overMs ? { cause: 'denied' } : undefined),
      { patience: bounded(minutes(30)) },
    );
    await timer.run(put('first'));
    const outcomes = await timer.run(Promise.all(keys.map(outcome)));
    expect(outcomes).toEqual(keys.map(() => 'stored'));
    expect(told).toEqual(['outage: denied', 'over']);
    const firstMs = inner.requests[0]?.nowMs ?? 0;
    const probes = inner.requests.filter(({ nowMs }) => nowMs > firstMs && nowMs < overMs);
    expect(probes.length).toBeLessThan(12);
    expect(new Set(probes.map(({ nowMs }) => nowMs)).size).toBe(probes.length);
    expect(elapsed()).toBeLessThan(minutes(5));
  });

  test('that outlasts the patience fails all that waits for its end, without a request more for each', async () => {
    const { timer, put, outcome, inner, elapsed, told } = world(firstOf(Infinity, { cause: 'denied' }), {
      patience: bounded(minutes(2)),
    });
    await timer.run(put('first'));
    const outcomes = await timer.run(Promise.all(keys.map(outcome)));
    expect(outcomes).toEqual(keys.map(() => 'denied'));
    expect(elapsed()).toBeLessThanOrEqual(minutes(2) + 5000);
    expect(inner.requests.length).toBeLessThan(keys.length + 12);
    expect(told).toEqual(['outage: denied']);
  });

  test('an object that waited for room when it began is not sent into it', async () => {
    const overMs = new VirtualTimer().now() + minutes(1);
    const { timer, put, outcome, inner } = world(
      ({ key, nowMs }) => (key !== 'first' && nowMs < overMs ? { cause: 'denied' } : undefined),
      { atOnce: 1, takesMs: 10 },
    );
    await timer.run(put('first'));
    const startMs = timer.now();
    const outcomes = await timer.run(Promise.all(keys.map(outcome)));
    expect(outcomes).toEqual(keys.map(() => 'stored'));
    // The three that made it an outage, and the first probe; the first pause is of five seconds.
    expect(inner.requests.filter(({ nowMs }) => nowMs >= startMs && nowMs < startMs + 4900)).toHaveLength(4);
  });

  test('an object that came late to it fails with what the outage is', async () => {
    const { timer, put, outcome } = world(firstOf(Infinity, { cause: 'denied' }), {
      patience: bounded(minutes(2)),
    });
    await timer.run(put('first'));
    const early = Promise.all(keys.slice(0, 5).map(outcome));
    const late = timer.sleep(30_000, new AbortController().signal).then(() => outcome('late'));
    expect(await timer.run(Promise.all([early, late]))).toEqual([Array(5).fill('denied'), 'denied']);
  });
});

describe('a store that is throttled', () => {
  const keys = Array.from({ length: 60 }, (_, n) => `object-${n}`);

  test('is asked less at once, until it has room again', async () => {
    const most: number[] = [];
    const state = { inner: undefined as FlakyStore | undefined };
    const { timer, outcome, inner, retries } = world(
      ({ ofAll }) => {
        most.push((state.inner?.atOnce ?? 0) + 1);
        return ofAll <= 30 ? { cause: 'throttled' } : undefined;
      },
      { takesMs: 20, fraction: () => 0.5 },
    );
    state.inner = inner;
    const outcomes = await timer.run(Promise.all(keys.map(outcome)));
    expect(outcomes).toEqual(keys.map(() => 'stored'));
    expect(Math.max(...most.slice(0, 8))).toBe(8);
    expect(Math.max(...most.slice(26, 30))).toBe(1);
    expect(Math.max(...most.slice(-30))).toBeGreaterThan(3);
    expect(inner.mostAtOnce).toBe(8);
    expect(retries).toHaveLength(30);
  });
});

/** Whether what a put said is so: stored now or before (once each), or not said to be. */
function isTrue([what, times]: [string, number | undefined]): boolean {
  if (what === 'stored') return times !== undefined;
  if (what === 'already-there') return times === 0;
  return putFailureCauses.some((cause) => cause === what);
}

describe('whatever the order of failures', () => {
  const fate = fc.record({
    cause: fc.constantFrom(...putFailureCauses),
    stores: fc.boolean(),
  });
  const objects = fc.array(
    fc.record({ failures: fc.array(fate, { maxLength: 12 }), thereBefore: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );
  const fractions = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
  /** What was not carried out can't have been stored. */
  const possible = ({ cause, stores }: { cause: PutFailureCause; stores: boolean }): Fate => ({
    cause,
    stores: stores && ['server', 'network', 'no-answer'].includes(cause),
  });

  test('an object is put once, or the run says that it failed', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects,
        fractions,
        fc.integer({ min: 0, max: 600_000 }),
        async (list, chance, retryForMs) => {
          const next = chance[Symbol.iterator]();
          const { timer, outcome, inner, sent, retries } = world(
            ({ key, ofKey }) => {
              const failure = list[Number(key)]?.failures[ofKey - 1];
              return failure === undefined ? undefined : possible(failure);
            },
            { patience: bounded(retryForMs), fraction: () => next.next().value ?? 0, takesMs: 5 },
          );
          for (const [key, { thereBefore }] of list.entries())
            if (thereBefore) inner.stored.set(String(key), 0);
          const outcomes = await timer.run(Promise.all(list.map((_, key) => outcome(String(key)))));
          for (const [key, what] of outcomes.entries()) {
            expect([what, inner.stored.get(String(key))]).toSatisfy(isTrue);
          }
          expect(sent.requests).toBe(inner.requests.length);
          const tried = new Set(inner.requests.map(({ key }) => key)).size;
          expect(retries).toHaveLength(inner.requests.length - tried);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('the pauses of an object are never longer in sum than its time, and the time is used', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 60 }),
        fractions,
        fc.integer({ min: 0, max: 600_000 }),
        async (failures, chance, retryForMs) => {
          const next = chance[Symbol.iterator]();
          const { timer, put, outcome } = world(
            ({ key, ofKey }) => {
              const failure = failures[(ofKey - 1) % failures.length];
              return key === 'first' || failure === undefined ? undefined : { cause: failure.cause };
            },
            { patience: bounded(retryForMs), fraction: () => 0.01 + 0.98 * (next.next().value ?? 0) },
          );
          await timer.run(put('first'));
          const what = await timer.run(outcome('object'));
          const sum = timer.slept.reduce((total, ms) => total + ms, 0);
          expect(sum).toBeLessThanOrEqual(retryForMs);
          expect(what === 'final' || sum === retryForMs).toBe(true);
        },
      ),
      { numRuns: runs(40) },
    );
  });
});
