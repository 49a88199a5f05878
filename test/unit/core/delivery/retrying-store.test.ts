import { describe, expect, test } from 'vitest';
import type { PutFailureCause } from '../../../../src/ports/store/put-failure.ts';
import { putFailureCauses } from '../../../../src/ports/store/put-failure.ts';
import type { Fate } from '../../../fakes/flaky-store.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { VirtualTimer } from '../../../fakes/virtual-timer.ts';
import { bounded, firstOf, minutes, world } from './retrying.ts';

describe('one failure, in a run that has stored something before', () => {
  test.each<[PutFailureCause, string, number]>([
    ['throttled', 'stored', 100],
    ['server', 'stored', 100],
    ['network', 'stored', 100],
    ['no-answer', 'stored', 100],
    ['conflict', 'stored', 100],
    ['denied', 'stored', 5000],
    ['expired', 'stored', 0],
    ['clock-skew', 'stored', 0],
    ['final', 'final', 0],
  ])('%s: %s, after a pause of at most %d ms', async (cause, becomes, pause) => {
    const { timer, put, outcome, elapsed, retries } = world(firstOf(1, { cause }));
    await timer.run(put('first'));
    expect(await timer.run(outcome('object'))).toBe(becomes);
    expect(elapsed()).toBe(pause);
    expect(retries).toEqual(becomes === 'stored' ? [cause] : []);
  });
});

describe('a failure that stays', () => {
  test.each<[PutFailureCause, string]>([
    ['throttled', 'tried for all of the time'],
    ['server', 'tried for all of the time'],
    ['network', 'tried for all of the time'],
    ['no-answer', 'tried for all of the time'],
    ['conflict', 'tried for all of the time'],
    ['denied', 'tried for all of the time'],
    ['expired', 'tried for all of the time'],
    ['clock-skew', 'tried for all of the time'],
    ['final', 'told at once'],
  ])('%s, after a success, is %s', async (cause, becomes) => {
    const { timer, put, outcome, elapsed, inner } = world(firstOf(Infinity, { cause }), {
      patience: bounded(minutes(10)),
    });
    await timer.run(put('first'));
    expect(await timer.run(outcome('object'))).toBe(cause);
    expect(elapsed()).toBe(becomes === 'told at once' ? 0 : minutes(10));
    expect(inner.requests.length > 8).toBe(becomes !== 'told at once');
  });

  test.each<[PutFailureCause, number, number]>([
    ['denied', 1, 0],
    ['expired', 2, 0],
    ['clock-skew', 6, 2000],
    ['final', 1, 0],
  ])(
    '%s, in a run that has stored nothing, is told at once: after %d requests',
    async (cause, requests, ms) => {
      const { timer, outcome, elapsed, inner, told } = world(() => ({ cause }));
      expect(await timer.run(outcome('object'))).toBe(cause);
      expect(inner.requests).toHaveLength(requests);
      expect(elapsed()).toBeLessThanOrEqual(ms);
      expect(told).toEqual([]);
    },
  );

  test('refusals come back slowly: after 5, 10, 20 and 40 seconds, then once a minute', async () => {
    const { timer, put, outcome } = world(firstOf(Infinity, { cause: 'denied' }));
    await timer.run(put('first'));
    await timer.run(outcome('object'));
    expect(timer.slept).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 45_000]);
  });

  test('other trouble comes back quickly, and never waits longer than 20 seconds', async () => {
    const { timer, outcome } = world(() => ({ cause: 'server' }));
    await timer.run(outcome('object'));
    expect(timer.slept.slice(0, 10)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000]);
    expect(Math.max(...timer.slept)).toBe(20_000);
  });

  test('the store may ask for a longer pause, but not for one without end', async () => {
    const { timer, outcome } = world(({ ofKey }) =>
      ofKey <= 2 ? { cause: 'throttled', retryAfterMs: ofKey === 1 ? 3000 : 86_400_000 } : undefined,
    );
    await timer.run(outcome('object'));
    expect(timer.slept).toEqual([3000, 20_000]);
  });

  test.each([1, 2, 5])('with %d tries allowed it is tried no more often', async (tries) => {
    const { timer, outcome, inner } = world(() => ({ cause: 'server' }), {
      patience: bounded(minutes(5), tries),
    });
    expect(await timer.run(outcome('object'))).toBe('server');
    expect(inner.requests).toHaveLength(tries);
  });

  test('with no time allowed it is tried once', async () => {
    const { timer, outcome, inner } = world(() => ({ cause: 'server' }), { patience: bounded(0) });
    expect(await timer.run(outcome('object'))).toBe('server');
    expect(inner.requests).toHaveLength(1);
  });
});

describe('endless patience', () => {
  test.each(putFailureCauses.filter((cause) => cause !== 'final'))(
    'outlasts a day of %s, from the first request on',
    async (cause) => {
      const endMs = new VirtualTimer().now() + minutes(24 * 60);
      const { timer, outcome, told } = world(({ nowMs }) => (nowMs < endMs ? { cause } : undefined), {
        patience: 'endless',
      });
      expect(await timer.run(outcome('object'))).toBe('stored');
      expect(told).toEqual(cause === 'conflict' ? [] : [`outage: ${cause}`, 'over']);
    },
  );

  test('gives up what can only fail again, and what is a bug', async () => {
    const { timer, outcome } = world(() => ({ cause: 'final' }), { patience: 'endless' });
    expect(await timer.run(outcome('object'))).toBe('final');
    const bug = world(
      () => {
        throw new TypeError('x is undefined');
      },
      { patience: 'endless' },
    );
    await expect(bug.timer.run(bug.put('object'))).rejects.toThrow(TypeError);
  });
});

describe('an object that was stored although its PUT failed', () => {
  test.each<[string, Fate, string]>([
    ['was stored by this run', { cause: 'server', stores: true }, 'stored'],
    ['was stored by this run, as far as one can know', { cause: 'no-answer', stores: true }, 'stored'],
  ])('%s', async (_, fate, status) => {
    const { timer, put } = world(firstOf(1, fate));
    expect(await timer.run(put('object'))).toBe(status);
  });

  test('is said to be there perhaps when it is given up, whatever the last failure was', async () => {
    const fates: Fate[] = [{ cause: 'server', stores: true }, { cause: 'throttled' }, { cause: 'final' }];
    const { timer, put } = world(({ ofKey }) => fates[ofKey - 1]);
    const failure = timer.run(rejectionOf(put('object')));
    expect(await failure).toMatchObject({ trouble: { cause: 'final', maybeStored: true } });
    const never = world(({ ofKey }) => fates[ofKey]);
    const other = await never.timer.run(rejectionOf(never.put('object')));
    expect(other).toMatchObject({ trouble: { cause: 'final', maybeStored: false } });
  });

  test('an object that was there before stays what it is, unless a try of ours may have stored it', async () => {
    const { timer, put, inner } = world(firstOf(1, { cause: 'throttled' }));
    inner.stored.set('object', 1);
    expect(await timer.run(put('object'))).toBe('already-there');
  });
});

describe('a run that is told to stop', () => {
  test('ends a pause at once, and says what was not stored', async () => {
    const { timer, put, outcome, stop, inner, elapsed } = world(firstOf(Infinity, { cause: 'denied' }));
    await timer.run(put('first'));
    const waiting = outcome('object');
    const stopping = timer.sleep(1000, new AbortController().signal).then(() => stop.abort());
    expect(await timer.run(Promise.all([waiting, stopping]).then(([what]) => what))).toBe('interrupted');
    expect(elapsed()).toBe(1000);
    expect(inner.requests).toHaveLength(2);
  });

  test('ends the waiting behind an outage as well', async () => {
    const { timer, put, outcome, stop, elapsed } = world(firstOf(Infinity, { cause: 'denied' }));
    await timer.run(put('first'));
    const keys = Array.from({ length: 12 }, (_, n) => `object-${n}`);
    const waiting = Promise.all(keys.map(outcome));
    const stopping = timer.sleep(30_000, new AbortController().signal).then(() => stop.abort());
    expect(await timer.run(Promise.all([waiting, stopping]).then(([what]) => what))).toEqual(
      keys.map(() => 'interrupted'),
    );
    expect(elapsed()).toBe(30_000);
  });

  test('sees a try through that is under way', async () => {
    const { timer, put, stop } = world(() => undefined, { takesMs: 400 });
    const putting = put('object');
    stop.abort();
    expect(await timer.run(putting)).toBe('stored');
  });
});
