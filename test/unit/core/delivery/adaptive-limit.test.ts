import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdaptiveLimit } from '../../../../src/core/delivery/retry/adaptive-limit.ts';

function succeed(limit: AdaptiveLimit, times: number): AdaptiveLimit {
  for (let left = times; left > 0; left--) limit.noteSuccess();
  return limit;
}

describe('the number of PUTs at once', () => {
  test('halves with each throttled PUT that began after the last cut, down to one', () => {
    const limit = new AdaptiveLimit(8);
    const seen = [1, 2, 3, 4, 5].map((nowMs) => {
      limit.noteThrottled(nowMs, nowMs);
      return limit.value;
    });
    expect(seen).toEqual([4, 2, 1, 1, 1]);
  });

  test('is cut once for PUTs that were under way together', () => {
    const limit = new AdaptiveLimit(8);
    for (const beganMs of [0, 3, 5, 9]) limit.noteThrottled(beganMs, 10);
    expect(limit.value).toBe(4);
    limit.noteThrottled(10, 20);
    expect(limit.value).toBe(2);
  });

  test('rises by one for as many successes as it lets through', () => {
    const limit = new AdaptiveLimit(8);
    limit.noteThrottled(0, 0);
    expect(limit.value).toBe(4);
    expect(succeed(limit, 4).value).toBe(4);
    expect(succeed(limit, 1).value).toBe(5);
    expect(succeed(limit, 100).value).toBe(8);
  });

  test('is a whole number from one to the most, whatever happens', () => {
    const events = fc.array(fc.oneof(fc.constant('success'), fc.integer({ min: 0, max: 50 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), events, (most, list) => {
        const limit = new AdaptiveLimit(most);
        let nowMs = 0;
        for (const event of list) {
          if (event === 'success') limit.noteSuccess();
          else limit.noteThrottled(nowMs - event, (nowMs += 7));
          expect(limit.value).toBeGreaterThanOrEqual(1);
          expect(limit.value).toBeLessThanOrEqual(most);
          expect(Number.isInteger(limit.value)).toBe(true);
        }
      }),
    );
  });
});
