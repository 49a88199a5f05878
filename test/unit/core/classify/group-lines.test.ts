import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { GoodLines } from '../../../../src/core/classify/good-lines.ts';
import { groupLines } from '../../../../src/core/classify/group-lines.ts';

const line = fc.record({
  text: fc.stringMatching(/^[a-z]{0,6}$/),
  gap: fc.nat(3),
  partition: fc.nat(4),
  time: fc.nat(),
  type: fc.nat(9),
});

test('lines are copied partition by partition, in their order, with what is known of each', () => {
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const input = Buffer.from(lines.map(({ text, gap }) => `${text}\n${'#'.repeat(gap)}`).join(''));
      const good = new GoodLines();
      let at = 0;
      for (const { text, gap, partition, time, type } of lines) {
        good.starts.push(at);
        good.ends.push(at + text.length);
        good.times.push(time);
        good.types.push(type);
        good.partitions.push(partition);
        at += text.length + 1 + gap;
      }
      const grouped = groupLines(input, Buffer.alloc(input.length + 1), good);
      const partitions = [...new Set(lines.map(({ partition }) => partition))];
      const sorted = partitions.flatMap((wanted) => lines.filter(({ partition }) => partition === wanted));
      expect(grouped.content.toString()).toBe(sorted.map(({ text }) => `${text}\n`).join(''));
      expect([...grouped.lineTimes]).toEqual(sorted.map(({ time }) => time));
      expect([...grouped.lineTypes]).toEqual(sorted.map(({ type }) => type));
      expect(grouped.slices.map(({ partition }) => partition)).toEqual(partitions);
      expect(grouped.slices.map(({ firstLine, endLine }) => endLine - firstLine)).toEqual(
        partitions.map((wanted) => lines.filter(({ partition }) => partition === wanted).length),
      );
      expect([0, ...grouped.lineEnds].at(-1)).toBe(grouped.content.length);
    }),
  );
});
