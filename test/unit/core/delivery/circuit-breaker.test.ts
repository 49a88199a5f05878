import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CircuitBreaker } from '../../../../src/core/delivery/retry/circuit-breaker.ts';
import type { PutFailureCause } from '../../../../src/ports/store/put-failure.ts';
import { putFailure } from '../../../fakes/flaky-store.ts';

function watched() {
  const told: string[] = [];
  const breaker = new CircuitBreaker({
    onOutage: ({ cause, sinceMs }) => told.push(`${cause} since ${sinceMs}`),
    onRecovery: ({ lastedMs }) => told.push(`over after ${lastedMs}`),
  });
  return { breaker, told };
}

const never = new AbortController().signal;

/** Fails at each of the moments. */
function fail(breaker: CircuitBreaker, cause: PutFailureCause, ...atMs: readonly number[]): void {
  for (const ms of atMs) breaker.noteFailure(putFailure({ cause }), ms);
}

async function open() {
  const { breaker, told } = watched();
  fail(breaker, 'denied', 0, 0, 0);
  const passed: string[] = [];
  const enter = (name: string, who: object, signal: AbortSignal = never): Promise<void> =>
    breaker.pass(who, signal).then(() => void passed.push(name));
  return { breaker, told, passed, enter };
}

describe('an outage is', () => {
  test.each<[string, PutFailureCause, readonly number[], boolean]>([
    ['three refusals in a row, at once', 'denied', [5, 5, 5], true],
    ['not two', 'denied', [5, 5], false],
    ['credentials that stay expired', 'expired', [5, 5, 5], true],
    ['a network that has been away for two seconds', 'network', [0, 500, 1000, 2000], true],
    ['not one that blinks, however many PUTs it hits', 'network', [0, 1, 2, 3, 4, 5, 6, 7, 8], false],
    ['not two time-outs, however long they take', 'no-answer', [0, 30_000], false],
    ['ten seconds of throttling without a success', 'throttled', [0, 1, 2, 3, 4, 5, 6, 7, 8, 10_000], true],
    ['ten seconds of server errors without a success', 'server', [0, 1, 2, 3, 4, 5, 6, 7, 8, 10_000], true],
    ['not nine server errors', 'server', [0, 1, 2, 3, 4, 5, 6, 7, 10_000], false],
    ['never a race for a key', 'conflict', Array.from({ length: 100 }, (_, n) => n * 1000), false],
    [
      'never an object that nobody can store',
      'final',
      Array.from({ length: 100 }, (_, n) => n * 1000),
      false,
    ],
  ])('%s', (_, cause, atMs, isOutage) => {
    const { breaker, told } = watched();
    fail(breaker, cause, ...atMs);
    expect(breaker.outage !== undefined).toBe(isOutage);
    expect(told).toEqual(isOutage ? [`${cause} since ${atMs[0]}`] : []);
  });

  test('not where one PUT in between succeeds', () => {
    const { breaker, told } = watched();
    for (let n = 0; n < 50; n++) {
      fail(breaker, 'denied', n, n);
      breaker.noteSuccess(n);
    }
    expect(told).toEqual([]);
  });

  test('told once when it begins and once when it ends, however many PUTs it hits', () => {
    const { breaker, told } = watched();
    fail(breaker, 'denied', ...Array.from({ length: 100 }, (_, n) => n));
    for (let n = 0; n < 8; n++) breaker.noteSuccess(5000);
    expect(told).toEqual(['denied since 0', 'over after 5000']);
  });
});

describe('in an outage', () => {
  test('one PUT alone may go on; the next takes over when it is done', async () => {
    const { breaker, passed, enter } = await open();
    const [a, b, c] = [{}, {}, {}];
    const waits = [enter('a', a), enter('b', b), enter('c', c)];
    await turn();
    expect(passed).toEqual(['a']);
    expect([breaker.lets(a), breaker.lets(b)]).toEqual([true, false]);
    await enter('a again', a);
    breaker.leave(c);
    await turn();
    expect(passed).toEqual(['a', 'a again']);
    breaker.leave(a);
    await turn();
    expect(passed).toEqual(['a', 'a again', 'b']);
    breaker.leave(b);
    await Promise.all(waits);
    expect(passed.at(-1)).toBe('c');
    breaker.leave(c);
    await enter('d', {});
    expect(passed.at(-1)).toBe('d');
  });

  test('the first success lets all go on', async () => {
    const { breaker, passed, enter } = await open();
    const waits = ['a', 'b', 'c', 'd'].map((name) => enter(name, {}));
    await turn();
    expect(passed).toEqual(['a']);
    breaker.noteSuccess(1);
    await Promise.all(waits);
    expect(passed).toEqual(['a', 'b', 'c', 'd']);
    expect(breaker.lets({})).toBe(true);
  });

  test('whoever is told to stop waits no longer, and is not handed the probe', async () => {
    const { breaker, passed, enter } = await open();
    const stop = new AbortController();
    const probe = {};
    await enter('probe', probe);
    const stopped = enter('stopped', {}, stop.signal);
    const other = enter('other', {});
    stop.abort();
    await stopped;
    breaker.leave(probe);
    await other;
    expect(passed).toEqual(['probe', 'stopped', 'other']);
  });
});
