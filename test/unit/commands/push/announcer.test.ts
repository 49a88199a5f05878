import { expect, test } from 'vitest';
import { Announcer } from '../../../../src/commands/push/evidence/announcer.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';

const hourMs = 3_600_000;

function announcer(): { clock: { ms: number }; told: object[]; refuse: { next: boolean }; made: Announcer } {
  const clock = { ms: 0 };
  const told: object[] = [];
  const refuse = { next: false };
  const made = new Announcer({ now: () => clock.ms }, hourMs, async (_, announcement) => {
    if (refuse.next) throw new Error('refused');
    told.push(announcement);
  });
  return { clock, told, refuse, made };
}

const store = new MemoryStore();

test('a run is announced once before it stores, and again before the time is up that was said', async () => {
  const { clock, told, made } = announcer();
  made.begin('a');
  await Promise.all([made.announce(store), made.announce(store)]);
  clock.ms = hourMs - 1;
  await made.announce(store);
  expect(told).toEqual([{ run: 'a', sinceMs: 0, untilMs: 2 * hourMs }]);
  clock.ms = hourMs;
  await made.announce(store);
  expect(told.slice(1)).toEqual([{ run: 'a', sinceMs: 0, untilMs: 3 * hourMs }]);
});

test('what was published ends it: the run that is still under way is announced from its own beginning', async () => {
  const { clock, told, made } = announcer();
  made.begin('a');
  await made.announce(store);
  clock.ms = 5;
  made.begin('b');
  await made.announce(store);
  made.end('a');
  clock.ms = 10;
  await made.published(store);
  expect(told.slice(1)).toEqual([{ run: 'b', sinceMs: 5, untilMs: 10 + 2 * hourMs }]);
  made.end('b');
  await made.published(store);
  expect(told).toHaveLength(2);
  clock.ms = 20;
  made.begin('c');
  await made.announce(store);
  expect(told.at(-1)).toMatchObject({ run: 'c', sinceMs: 20 });
});

test('one that is refused keeps nothing from being stored, and is tried again a minute later', async () => {
  const { clock, told, refuse, made } = announcer();
  made.begin('a');
  refuse.next = true;
  await made.announce(store);
  refuse.next = false;
  clock.ms = 59_999;
  await made.announce(store);
  expect(told).toEqual([]);
  clock.ms = 60_000;
  await made.announce(store);
  expect(told).toHaveLength(1);
});
