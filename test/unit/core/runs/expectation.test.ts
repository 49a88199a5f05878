import { expect, test } from 'vitest';
import { judgeSilence } from '../../../../src/core/runs/expectation.ts';
import { dayMs, hourMs } from './recording.ts';

test.each([
  ['younger than expected', 23 * hourMs, 24 * hourMs, 'in-time'],
  ['as old as expected', 24 * hourMs, 24 * hourMs, 'in-time'],
  ['older', 24 * hourMs + 1, 24 * hourMs, 'silent'],
  ['never seen', undefined, 24 * hourMs, 'silent'],
  ['nothing expected', 900 * dayMs, undefined, 'not-set'],
])('an audit type whose latest event is %s', (_, ageMs, expectedMs, state) => {
  expect(judgeSilence({ ageMs, longestMs: undefined, expectedMs })).toMatchObject({ state, proposal: null });
});

test.each([
  [1, '1h'],
  [31 * 60_000, '2h'],
  [25 * hourMs, '3d'],
  [12 * hourMs, '1d'],
  [26 * hourMs, '3d'],
  [9 * hourMs, '18h'],
])('after a pause of %d ms, %s is proposed: twice that, in whole hours or days', (longestMs, proposal) => {
  expect(judgeSilence({ ageMs: 0, longestMs, expectedMs: undefined })).toMatchObject({ proposal });
});
