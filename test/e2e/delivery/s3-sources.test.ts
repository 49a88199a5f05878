import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { QueueWorld } from '../queue-world.ts';
import { startQueueWorld } from '../queue-world.ts';
import type { EventLine } from './events.ts';
import { events } from './events.ts';
import { Place, problemsOf, writeProfiles } from './harness.ts';

let world: QueueWorld;
let count = 0;
beforeAll(async () => {
  world = await startQueueWorld({ notify: false });
  // The SDK's chain of credentials looks at the process itself.
  vi.stubEnv('AWS_ACCESS_KEY_ID', world.emulator.customer.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', world.emulator.customer.secretAccessKey);
  vi.stubEnv('AWS_REGION', world.emulator.region);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

/** A prefix of the source bucket, and a place whose pushes read it. */
interface Bucket {
  readonly place: Place;
  readonly put: (name: string, lines: readonly EventLine[]) => Promise<void>;
  readonly push: (...more: readonly string[]) => ReturnType<Place['push']>;
  readonly remove: (name: string) => Promise<unknown>;
  /** `s3://bucket/prefix/`. */
  readonly url: string;
  /** What says where the bucket is. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How often an object below the prefix was read so far. */
  readonly reads: () => number;
}

async function newBucket(profile: boolean): Promise<Bucket> {
  const prefix = `raw/${++count}`;
  const place = new Place(profile ? ['--profile', 'acme'] : undefined);
  if (profile) await writeProfiles(place, { acme: { to: place.export } });
  const environment = { AWS_ENDPOINT_URL: world.emulator.url, AWS_REGION: world.emulator.region };
  const flags = ['--endpoint-url', world.emulator.url, '--region', world.emulator.region];
  const url = `s3://${world.source}/${prefix}/`;
  return {
    place,
    put: (name, lines) =>
      world.put(
        `${prefix}/${name}`,
        lines.map(({ text }) => Buffer.from(text)),
      ),
    push: (...more) => place.push([...flags, ...more, url], { environment }),
    remove: (name) => world.remove(`${prefix}/${name}`),
    url,
    flags,
    environment,
    reads: () =>
      world.emulator
        .requests()
        .filter(({ operation, key }) => operation === 'GetObject' && key?.startsWith(`${prefix}/`) === true)
        .length,
  };
}

describe.each([
  { given: 'without a profile', profile: false },
  { given: 'with a profile', profile: true },
])('$given: a prefix of a bucket that grows', ({ profile }) => {
  test('is pushed again and again: each object is read once, each line delivered once', async () => {
    const { place, put, push, reads } = await newBucket(profile);
    for (let hour = 0; hour < 4; hour++) {
      // Names that come before and behind those that are there already.
      await put(`${hour % 2 === 0 ? 'b' : 'a'}-${hour}.jsonl`, events(hour * 20, hour * 20 + 20));
      const { code, report, stderr } = await push();
      const { read, delivered, alreadyDelivered } = report.balance;
      expect({ code, read, delivered, alreadyDelivered }, stderr).toEqual({
        code: 0,
        read: hour * 20 + 20,
        delivered: 20,
        alreadyDelivered: hour * 20,
      });
    }
    const again = await push();
    expect(again.report.balance).toMatchObject({ read: 80, delivered: 0, alreadyDelivered: 80 });
    expect(again.report.sources).toMatchObject([{ knownLines: 80 }]);
    expect(reads()).toBe(4);
    await place.expectExactly(events(0, 80));
  });

  test('compressed and plain, whose objects a reader of the store takes away: each line once', async () => {
    const { place, put, push } = await newBucket(profile);
    for (let hour = 0; hour < 3; hour++) {
      await put(`${hour}.jsonl${hour === 1 ? '.gz' : ''}`, events(hour * 20, hour * 20 + 20));
      await push();
      await place.take();
    }
    await place.expectExactly(events(0, 60));
  });

  test('whose push was cut short is ended with the same objects', async () => {
    const { place, put, push } = await newBucket(profile);
    await put('a.jsonl', events(0, 20));
    await put('b.jsonl', events(20, 40));
    expect((await place.refusedFrom(3, () => push())).code).toBe(6);
    await put('c.jsonl', events(40, 60));
    expect((await push()).code).toBe(0);
    await place.expectExactly(events(0, 60));
  });
});

test('an object that was replaced by another content is new', async () => {
  const { place, put, push } = await newBucket(false);
  await put('a.jsonl', events(0, 20));
  await push();
  await put('a.jsonl', events(20, 50));
  const pushed = await push();
  expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
  await place.expectExactly(events(0, 50));
});

test('--again reads an object from its beginning, or all below a prefix; the others are known', async () => {
  const { place, put, push, url } = await newBucket(false);
  for (const name of ['a', 'b'])
    await put(`${name}.jsonl`, events(name === 'a' ? 0 : 20, name === 'a' ? 20 : 40));
  await push();
  await place.empty();
  const one = await push('--again', `${url}a.jsonl`);
  expect(one.report.balance).toMatchObject({ read: 40, delivered: 20, alreadyDelivered: 20 });
  await place.expectExactly(events(0, 20));
  const both = await push('--again', url);
  expect(both.report.balance).toMatchObject({ read: 40, alreadyDelivered: 0 });
  expect((await push()).report.balance).toMatchObject({ read: 40, delivered: 0, alreadyDelivered: 40 });
});

test('what a push has begun of a bucket is ended by a follower of the same destination', async () => {
  const { place, put, push, flags, environment } = await newBucket(false);
  await put('a.jsonl', events(0, 20));
  await put('b.jsonl', events(20, 40));
  expect((await place.refusedFrom(3, () => push())).code).toBe(6);
  await place.append('logs/app.log', events(40, 50));
  const follower = place.follow([...flags, place.path('logs')], { environment });
  await place.until(50);
  const { code, report, stderr } = await follower.stop();
  expect({ code, problems: report.problems }, stderr).toEqual({ code: 0, problems: [] });
  expect((await push()).report.balance).toMatchObject({ delivered: 0, alreadyDelivered: 40 });
  await place.expectExactly(events(0, 50));
});

test('--reread of an object that was cut together with one that is gone says so', async () => {
  const { place, put, push, remove } = await newBucket(false);
  await put('a.jsonl', events(0, 20));
  await put('b.jsonl', events(20, 40));
  await push();
  await remove('b.jsonl');
  const pushed = await push('--reread');
  expect({ code: pushed.code, problems: problemsOf(pushed) }).toMatchObject({
    code: 6,
    problems: [{ kind: 'incomplete', source: expect.stringMatching(/a\.jsonl$/) }],
  });
  expect(pushed.report.problems[0]?.message).toMatch(/b\.jsonl/);
  expect(pushed.report.balance).toMatchObject({ read: 20, alreadyDelivered: 20 });
  await place.expectExactly(events(0, 40));
});

test('--reread offers all objects again, cut as they were', async () => {
  const { place, put, push } = await newBucket(false);
  for (let hour = 0; hour < 3; hour++) {
    await put(`${hour}.jsonl`, events(hour * 20, hour * 20 + 20));
    await push();
  }
  await push('--reread');
  await place.expectExactly(events(0, 60));
  await place.empty();
  expect((await push('--reread')).code).toBe(0);
  await place.expectExactly(events(0, 60));
});

test('an object that may not be read is named, exit 6; the others are delivered', async () => {
  const { place, put, push } = await newBucket(false);
  await put('b.jsonl', events(0, 20));
  await put('a.jsonl.gz', events(20, 40));
  world.emulator.faults.add({
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
    match: { operation: 'GetObject', key: '*/a.jsonl.gz' },
  });
  const pushed = await push();
  expect(pushed.code).toBe(6);
  expect(pushed.report.problems).toHaveLength(1);
  await place.expectExactly(events(0, 20));
  world.emulator.faults.clear();
  expect((await push()).code).toBe(0);
  await place.expectExactly(events(0, 40));
});
