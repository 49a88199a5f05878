import { expect, test } from 'vitest';
import type { TimedLine } from '../../../../src/core/ocsf/lines-by-time.ts';
import { LinesByTime } from '../../../../src/core/ocsf/lines-by-time.ts';

/** Lines in no order, several of each time; each is told from the others. */
function shuffled(count: number, chars: number): TimedLine[] {
  return Array.from({ length: count }, (_, index) => ({
    timeMs: (index * 7919) % 101,
    type: index % 2 === 0 ? 'query' : 'native-query',
    line: `{"at":${index},"é 世":"${String.fromCharCode(97 + (index % 26)).repeat(chars)}"}`,
  }));
}

test.each([
  ['none', 0, 0],
  ['few', 500, 10],
  ['more than is held unpacked', 400, 100_000],
])('%s: they come out by time, those of one time as they came', (_, count, chars) => {
  const lines = shuffled(count, chars);
  const byTime = new LinesByTime();
  for (const line of lines) byTime.add(line);
  const inOrder = lines
    .map((line, at) => ({ line, at }))
    .sort((a, b) => a.line.timeMs - b.line.timeMs || a.at - b.at);
  let next = 0;
  for (const line of byTime.take()) {
    const { timeMs, type, line: text } = inOrder[next++]?.line ?? {};
    // Compared as one, for a difference of such texts can't be shown.
    if (line.timeMs !== timeMs || line.type !== type || line.line !== text)
      throw new Error(`line ${next} is another`);
  }
  expect(next).toBe(count);
});
