import { readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { folderStore } from '../stores.ts';
import { events } from './events.ts';
import { Place } from './harness.ts';
import { log } from './rotations.ts';

/** Stores the content of the first object once more, changed, under the name that it then has. */
async function storeChanged(
  place: Place,
  change: (content: string) => string,
  folder?: string,
): Promise<string> {
  const [key = ''] = await folderStore(place.export).list();
  const content = change(gunzipSync(await readFile(join(place.export, key))).toString('utf8'));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const name = key.slice(key.lastIndexOf('/') + 1).replace(/-[0-9a-f]{32}/, `-${hash}`);
  await writeFile(join(place.export, folder ?? dirname(key), name), gzipSync(content));
  return key;
}

test.each([
  {
    wrong: 'missing',
    spoil: async (place: Place) => {
      const [key = ''] = await folderStore(place.export).list();
      await rm(join(place.export, key));
    },
  },
  {
    wrong: 'doubled',
    spoil: (place: Place) => storeChanged(place, (content) => `${content.split('\n')[0] ?? ''}\n`),
  },
  {
    wrong: 'altered by a byte',
    spoil: async (place: Place) => {
      const key = await storeChanged(place, (content) => content.replace('1.50', '1.5'));
      await rm(join(place.export, key));
    },
  },
  {
    wrong: 'in the wrong folder',
    spoil: async (place: Place) => {
      const key = await storeChanged(place, String, 'audit_type=custom/event_date=2026-11-06');
      await rm(join(place.export, key));
    },
  },
])('a line that is $wrong is found', async ({ spoil }) => {
  const place = new Place();
  await place.append(log, events(0, 40));
  await place.push([place.path(log)]);
  await place.expectExactly(events(0, 40));
  await spoil(place);
  await expect(place.expectExactly(events(0, 40))).rejects.toThrow('to deeply equal []');
});

test('a kill leaves the state as it stood at the object, and stores none behind it', async () => {
  const place = new Place();
  await place.append(log, events(0, 40));
  expect(await place.pushKilledAt({ nth: 2, when: 'after' }, [place.path(log)])).toBe(true);
  expect(await folderStore(place.export).list()).toHaveLength(2);
  expect(await place.pushKilledAt({ nth: 9, when: 'after' }, [place.path(log)])).toBe(false);
  await place.expectExactly(events(0, 40));
});
