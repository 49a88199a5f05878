import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenIds } from '../../../../src/core/collect/seen-ids.ts';

const idOf = (index: number): string =>
  `01b123a2-${(index >>> 16).toString(16).padStart(4, '0')}-${(index & 0xffff).toString(16).padStart(4, '0')}-006a-b60300c5f902`;

test('it answers as a Map does, whatever is noted and forgotten', () => {
  const step = fc.record({ id: fc.nat(300), note: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), fc.nat(9), (steps, forgottenFrom) => {
      let forgotten = 99;
      const ids = new SeenIds((note) => note >= forgotten);
      const map = new Map<string, number>();
      for (const [index, { id, note }] of steps.entries()) {
        if (index === 400) forgotten = forgottenFrom + 1;
        if (index === 500) ids.sweep();
        ids.set(idOf(id), note);
        map.set(idOf(id), note);
      }
      for (let id = 0; id <= 300; id++) {
        const note = map.get(idOf(id)) ?? 0;
        expect(ids.get(idOf(id))).toBe(note >= forgotten ? 0 : note);
      }
    }),
    { numRuns: 30 },
  );
});

test('nine million ids take less than 200 MB: at most 20 bytes an id, however many there are', () => {
  const ids = new SeenIds(() => false);
  for (let index = 0; index < 200_000; index++) ids.set(idOf(index), 1 + (index % 1000));
  expect(ids.bytes / 200_000).toBeLessThan(20);
  for (let index = 0; index < 200_000; index += 97) expect(ids.get(idOf(index))).toBe(1 + (index % 1000));
  for (let index = 200_000; index < 210_000; index++) expect(ids.get(idOf(index))).toBe(0);
});
