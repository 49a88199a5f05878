import { rename, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { events } from './events.ts';
import { newProfilePlace } from './harness.ts';
import { log } from './rotations.ts';

test('new settings that can not be opened are told, and the follower goes on by those from before', async () => {
  const place = await newProfilePlace();
  await place.append(log, events(0, 5));
  const follower = place.follow([place.path('logs')]);
  await place.until(5);
  await rename(place.export, place.path('aside'));
  await writeFile(place.export, 'a file');
  follower.hangUp();
  await expect.poll(() => follower.stderr(), { timeout: 10_000 }).toContain("can't be used");
  await rm(place.export);
  await rename(place.path('aside'), place.export);
  await place.append(log, events(5, 10));
  await place.until(10);
  expect((await follower.stop()).code).toBe(0);
  await place.expectExactly(events(0, 10));
});
