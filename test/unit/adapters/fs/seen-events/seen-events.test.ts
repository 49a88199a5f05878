import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeenEventsBounds } from '../../../../../src/adapters/fs/seen-events/seen-events-batch.ts';
import { SeenEventsFolder } from '../../../../../src/adapters/fs/seen-events/seen-events-folder.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';

const bounds: SeenEventsBounds = { days: 7, maxKeys: 1_000_000, memoryKeys: 1000 };
const today = 20_000;

/** A key of an event of that number. */
const keyOf = (n: number): Buffer => createHash('sha256').update(String(n)).digest().subarray(0, 16);
const keysOf = (numbers: readonly number[]): Buffer => Buffer.concat(numbers.map(keyOf));
const numbersFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Delivers events on a day, and says which were seen before. */
async function deliver(seen: SeenEventsFolder, numbers: readonly number[], day = today): Promise<number[]> {
  const batch = seen.begin();
  const flags = batch.note(keysOf(numbers));
  await batch.commit(day);
  return [...flags];
}

/** Which of the events are known; nothing is kept of the question. */
async function known(seen: SeenEventsFolder, numbers: readonly number[]): Promise<number[]> {
  const batch = seen.begin();
  const flags = batch.note(keysOf(numbers));
  await batch.abandon();
  return numbers.filter((_, index) => flags[index] === 1);
}

async function reopened(folder: string, seen: SeenEventsFolder, more = bounds): Promise<SeenEventsFolder> {
  await seen.close();
  return SeenEventsFolder.open(folder, more);
}

test('an event is seen from the moment it was noted, and in later deliveries once it is committed', async () => {
  const folder = scratchFolder();
  const seen = SeenEventsFolder.open(folder, bounds);
  const batch = seen.begin();
  expect([...batch.note(keysOf([1, 2, 1]))]).toEqual([0, 0, 1]);
  expect([...batch.note(keysOf([2, 3]))]).toEqual([1, 0]);
  expect(await batch.commit(today)).toEqual({ added: 3, crowdedOut: 0 });
  const again = await reopened(folder, seen);
  expect(again.keys).toBe(3);
  expect(await known(again, [1, 2, 3, 4])).toEqual([1, 2, 3]);
  await again.close();
});

test('what was abandoned, or never committed, was never seen', async () => {
  const folder = scratchFolder();
  const seen = SeenEventsFolder.open(folder, { ...bounds, memoryKeys: 2 });
  const open = seen.begin();
  open.note(keysOf(numbersFrom(0, 9)));
  await seen.begin().commit(today);
  const again = await reopened(folder, seen);
  expect(await known(again, numbersFrom(0, 9))).toEqual([]);
  await again.close();
  expect(await readdir(folder)).toEqual([]);
});

test('two deliveries that are open at once do not both deliver an event', async () => {
  const seen = SeenEventsFolder.open(scratchFolder(), bounds);
  const [one, other] = [seen.begin(), seen.begin()];
  expect([...one.note(keysOf([1, 2]))]).toEqual([0, 0]);
  expect([...other.note(keysOf([2, 3]))]).toEqual([1, 0]);
  await one.commit(today);
  await other.commit(today);
  expect(await known(seen, [1, 2, 3, 4])).toEqual([1, 2, 3]);
  await seen.close();
});

test('within the window no duplicate is missed and nothing else is dropped, whatever the order of deliveries, days and restarts', async () => {
  const deliveries = fc.array(
    fc.record({
      events: fc.array(fc.nat(60), { maxLength: 25 }),
      daysLater: fc.constantFrom(0, 0, 0, 1, 3, 9),
      isAbandoned: fc.boolean(),
      restarts: fc.boolean(),
    }),
    { maxLength: 14 },
  );
  await fc.assert(
    fc.asyncProperty(deliveries, fc.constantFrom(1, 3, 1000), async (runs, memoryKeys) => {
      const folder = scratchFolder();
      let seen = SeenEventsFolder.open(folder, { ...bounds, memoryKeys });
      const delivered = new Map<number, number>();
      let day = today;
      let last = Number.NEGATIVE_INFINITY;
      for (const { events, daysLater, isAbandoned, restarts } of runs) {
        day += daysLater;
        if (restarts) seen = await reopened(folder, seen, { ...bounds, memoryKeys });
        const batch = seen.begin();
        const flags = [...batch.note(keysOf(events))];
        const noted = new Set<number>();
        const expected = events.map((event) => {
          const isSeen = noted.has(event) || (delivered.get(event) ?? Number.NaN) >= last - bounds.days;
          noted.add(event);
          return isSeen ? 1 : 0;
        });
        expect(flags).toEqual(expected);
        if (isAbandoned) {
          await batch.abandon();
          continue;
        }
        await batch.commit(day);
        const fresh = events.filter((_, index) => flags[index] === 0);
        for (const event of fresh) delivered.set(event, day);
        if (fresh.length > 0) last = day;
      }
      await seen.close();
    }),
    { numRuns: 25 },
  );
});

test('many thousands, over many files: all are found, no other is, and the files stay few', async () => {
  const folder = scratchFolder();
  const seen = SeenEventsFolder.open(folder, bounds);
  for (let commit = 0; commit < 20; commit++)
    await deliver(seen, numbersFrom(commit * 1000, 1000), today + Math.floor(commit / 5));
  expect(seen.keys).toBe(20_000);
  expect((await readdir(folder)).length).toBeLessThan(12);
  const again = await reopened(folder, seen);
  expect(await known(again, numbersFrom(15_000, 10_000))).toEqual(numbersFrom(15_000, 5000));
  expect(await known(again, numbersFrom(0, 3000))).toHaveLength(3000);
  await again.close();
});

describe('bounds', () => {
  test('days leave with the first commit after them, not before: a repeated delivery sees the same', async () => {
    const seen = SeenEventsFolder.open(scratchFolder(), bounds);
    await deliver(seen, [1], today);
    await deliver(seen, [2], today + 7);
    expect(await known(seen, [1, 2])).toEqual([1, 2]);
    await deliver(seen, [3], today + 8);
    expect(await known(seen, [1, 2, 3])).toEqual([2, 3]);
    await seen.close();
  });

  test('more keys than may be kept: the oldest go, and it is said', async () => {
    const seen = SeenEventsFolder.open(scratchFolder(), { ...bounds, maxKeys: 1000 });
    for (let day = 0; day < 4; day++) await deliver(seen, numbersFrom(day * 300, 300), today + day);
    expect(await known(seen, numbersFrom(0, 1200))).toEqual(numbersFrom(300, 900));
    const batch = seen.begin();
    batch.note(keysOf(numbersFrom(5000, 200)));
    expect(await batch.commit(today + 4)).toEqual({ added: 200, crowdedOut: 300 });
    await seen.close();
  });

  test('a single day with more keys than may be kept is bounded too', async () => {
    const seen = SeenEventsFolder.open(scratchFolder(), { ...bounds, maxKeys: 1000, memoryKeys: 100 });
    for (let commit = 0; commit < 15; commit++) await deliver(seen, numbersFrom(commit * 200, 200));
    expect(seen.keys).toBeLessThanOrEqual(1000);
    expect(seen.keys).toBeGreaterThan(700);
    expect(await known(seen, numbersFrom(2500, 500))).toHaveLength(500);
    const batch = seen.begin();
    for (let at = 10_000; at < 12_000; at += 50) batch.note(keysOf(numbersFrom(at, 50)));
    const { added, crowdedOut } = await batch.commit(today);
    expect(added).toBeLessThanOrEqual(1100);
    expect(crowdedOut).toBeGreaterThanOrEqual(1900);
    await seen.close();
  });
});

describe('crashes', () => {
  test('killed at any moment of a commit, it stands before or after it', async () => {
    const folder = scratchFolder();
    const before = SeenEventsFolder.open(folder, bounds);
    for (let commit = 0; commit < 3; commit++) await deliver(before, numbersFrom(commit * 1000, 1000));
    await before.close();
    const files = await readdir(folder);
    // The states of a commit, file by file: written under another name; renamed; what it replaces removed, one by one.
    const trial = scratchFolder();
    for (const name of files) await writeFile(join(trial, name), await readFile(join(folder, name)));
    const after = SeenEventsFolder.open(trial, bounds);
    await deliver(after, numbersFrom(9000, 1000));
    await after.close();
    const fresh = (await readdir(trial)).filter((name) => !files.includes(name));
    expect(fresh).toHaveLength(1);
    const bytes = await readFile(join(trial, fresh[0] ?? ''));
    const stages: [string, Buffer, number][] = [
      [`${fresh[0]}.staged`, bytes.subarray(0, 77), 0],
      [`${fresh[0]}.staged`, bytes, 0],
      [fresh[0] ?? '', bytes, 1000],
    ];
    for (const [name, content, expected] of stages) {
      const crashed = scratchFolder();
      for (const file of files) await writeFile(join(crashed, file), await readFile(join(folder, file)));
      await writeFile(join(crashed, name), content);
      const seen = SeenEventsFolder.open(crashed, bounds);
      expect([name, seen.keys]).toEqual([name, 3000 + expected]);
      expect(await known(seen, numbersFrom(9000, 1000))).toHaveLength(expected);
      expect(await known(seen, numbersFrom(0, 3000))).toHaveLength(3000);
      await seen.close();
      expect((await readdir(crashed)).filter((file) => file.endsWith('.staged'))).toEqual([]);
    }
  });

  test('a file that is not whole is an error with a cure, not a smaller index', async () => {
    const folder = scratchFolder();
    const seen = SeenEventsFolder.open(folder, bounds);
    await deliver(seen, numbersFrom(0, 100));
    await seen.close();
    const [name = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    for (const broken of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 5),
      Buffer.alloc(bytes.length),
    ]) {
      await writeFile(join(folder, name), broken);
      expect(() => SeenEventsFolder.open(folder, bounds)).toThrow('The index of delivered events is broken');
    }
  });

  test('a folder that can not be made is an error with a cure', async () => {
    const file = join(scratchFolder(), 'file');
    await writeFile(file, '');
    expect(() => SeenEventsFolder.open(join(file, 'below'), bounds)).toThrow("can't be kept");
  });
});
