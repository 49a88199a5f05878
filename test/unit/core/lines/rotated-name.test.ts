import { expect, test } from 'vitest';
import { byLogAndAge, isSameLog } from '../../../../src/core/lines/rotated-name.ts';

test('files of one log come by age, logs by the bytes of their names', () => {
  const expected = [
    '0.log.20250310-203139.gz',
    '0.log.20250311-203139',
    '0.log',
    '1.log',
    'app.log.10',
    'app.log.2.gz',
    'app.log.1',
    'app.log',
    'events-20250310.gz',
    'events-20250311.gz',
    'events.jsonl',
    'part.01',
    'part.10',
    'Ä',
  ];
  const shuffled = expected.toSorted((a, b) => ((a.length * 7) % 5) - ((b.length * 7) % 5));
  expect(shuffled.toSorted(byLogAndAge)).toEqual(expected);
});

test.each([
  ['logs/0.log.20250311-203139', 'logs/0.log', true],
  ['c-json.log.1', 'c-json.log', true],
  ['c-json.log.2.gz', 'c-json.log.1', true],
  ['a/0.log.20250311-203139', 'b/0.log', false],
  ['0.log', '1.log', false],
  ['a.jsonl', 'a.jsonl', false],
])('%s goes on in %s: %s', (name, next, same) => {
  expect(isSameLog(name, next)).toBe(same);
});
