import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropDuplicates } from '../../../../src/core/push/drop-duplicates.ts';
import { builtInRules, classify, filedLines } from '../classify/classifying.ts';
import type { FiledLine } from '../classify/classifying.ts';
import { eventLine } from './pushing.ts';

const rules = builtInRules();

const shown = (lines: readonly FiledLine[]): object[] =>
  lines.map(({ folder, type, timeMs, bytes }) => ({ folder, type, timeMs, text: bytes.toString() }));

/** Lines of a few hours, of several lengths, each with a mark: whether it is a duplicate. */
const markedLines = fc.array(
  fc.record({ hour: fc.nat(3), text: fc.stringMatching(/^[a-zä]{0,9}$/), isSeen: fc.boolean() }),
  { maxLength: 30 },
);

describe('what is left of a chunk', () => {
  test('is every line that was not seen, with its partition, time, type and bytes, in its order', () => {
    fc.assert(
      fc.property(markedLines, (lines) => {
        const text = lines.map(({ hour, text }, n) => `${eventLine(n, hour, text)}\n`).join('');
        const chunk = classify(text, rules);
        const filed = filedLines(classify(text, rules), rules);
        // Lines are grouped by partition: which of them a mark means is told by the number in their id.
        const seen = filed.map(({ bytes }) => {
          const { eventID } = JSON.parse(bytes.toString()) as { eventID: string };
          return lines[Number(eventID.split('-').at(-1))]?.isSeen === true;
        });
        const { chunk: left, dropped } = dropDuplicates(chunk, (line) => seen[line] === true);
        expect(shown(filedLines(left, rules))).toEqual(shown(filed.filter((_, line) => seen[line] !== true)));
        expect([...dropped.values()].reduce((sum, count) => sum + count, 0)).toBe(
          lines.filter(({ isSeen }) => isSeen).length,
        );
        expect([left.lines, left.blank, left.bad]).toEqual([chunk.lines, chunk.blank, chunk.bad]);
        expect(left.slices.every(({ firstLine, endLine }) => endLine > firstLine)).toBe(true);
      }),
    );
  });

  test('is the chunk itself where nothing was seen', () => {
    const chunk = classify(`${eventLine(1, 1)}\n${eventLine(2, 2)}\n`, rules);
    expect(dropDuplicates(chunk, () => false)).toEqual({ chunk, dropped: new Map() });
    expect(dropDuplicates(chunk, () => false).chunk).toBe(chunk);
  });

  test('is nothing where all was seen', () => {
    const chunk = classify(`${eventLine(1, 1)}\n${eventLine(2, 2)}\n`, rules);
    const { chunk: left, dropped } = dropDuplicates(chunk, () => true);
    expect([left.content.length, left.slices, left.lineEnds.length]).toEqual([0, [], 0]);
    expect([...dropped]).toEqual([[rules.types.indexOf('custom'), 2]]);
  });
});
