import { describe, expect, test } from 'vitest';
import { events } from './events.ts';

import { newProfilePlace, Place, problemsOf } from './harness.ts';
import { inputs, log, moveElsewhere } from './rotations.ts';

/** What `status` says of the profile's problems, as text. */
async function statusOf(place: Place, ...flags: string[]): Promise<string> {
  const { stdout, code } = await place.run(['status', '--profile', 'acme', '--json', ...flags]);
  expect(code).toBe(0);
  const { profiles } = JSON.parse(stdout) as { profiles: { problems: unknown[] }[] };
  return JSON.stringify(profiles.map(({ problems }) => problems));
}

/** A log that was seen to grow, was moved to where nobody looks with lines that nobody read, and was begun anew. */
async function losing(inputOf: (place: Place) => string): Promise<{ place: Place; name: string }> {
  const place = await newProfilePlace();
  await place.append(log, events(0, 10));
  await place.push([inputOf(place)]);
  await place.append(log, events(10, 20));
  await place.push([inputOf(place)]);
  await place.append(log, events(20, 30));
  const name = await moveElsewhere(place);
  await place.append(log, events(30, 40));
  return { place, name };
}

describe.each(inputs)('$given: a log that grew and is found nowhere', ({ inputOf }) => {
  test('is told with exit 6 in the run that misses it; the new log is delivered; later runs are quiet, status is not', async () => {
    const { place } = await losing(inputOf);
    expect(await statusOf(place)).not.toContain(log);
    const pushed = await place.push([inputOf(place)]);
    expect({ code: pushed.code, problems: problemsOf(pushed), outcome: pushed.report.outcome }).toEqual({
      code: 6,
      problems: [{ kind: 'missing', source: place.path(log) }],
      outcome: 'delivered-in-part',
    });
    expect(pushed.stderr).toContain(place.path(log));
    await place.expectExactly([...events(0, 20), ...events(30, 40)]);
    await place.append(log, events(40, 45));
    const later = await place.push([inputOf(place)]);
    expect({ code: later.code, problems: problemsOf(later) }).toEqual({ code: 0, problems: [] });
    expect(await statusOf(place)).toContain(place.path(log));
    await place.expectExactly([...events(0, 20), ...events(30, 45)]);
  });

  test('and is brought back: its rest is delivered, and the problem is gone', async () => {
    const { place, name } = await losing(inputOf);
    expect((await place.push([inputOf(place)])).code).toBe(6);
    await place.move(name, `${log}.1`);
    expect((await place.push([inputOf(place)])).code).toBe(0);
    await place.expectExactly(events(0, 40));
    expect(await statusOf(place)).not.toContain(log);
  });
});

const [file] = inputs;

test('what is missing and was named again by hand is delivered from where it stood', async () => {
  const { place, name } = await losing(file.inputOf);
  expect((await place.push([place.path(log)])).code).toBe(6);
  expect((await place.push([place.path(name)])).code).toBe(0);
  await place.expectExactly(events(0, 40));
  expect(await statusOf(place)).not.toContain(log);
});

test('without a profile, the cures of push and of status can be pasted', async () => {
  const place = new Place();
  for (const [from, to] of [
    [0, 10],
    [10, 20],
  ] as const) {
    await place.append(log, events(from, to));
    await place.push([place.path(log)]);
  }
  await place.append(log, events(20, 30));
  await moveElsewhere(place);
  await place.append(log, events(30, 40));
  const { report } = await place.push([place.path(log)]);
  const { stdout } = await place.run(['status', '--json']);
  const { profiles } = JSON.parse(stdout) as {
    profiles: { problems: { problem: string; message: string; cure: string }[] }[];
  };
  const problems = profiles.flatMap((profile) => profile.problems);
  expect(problems.map(({ message }) => message)).toContain(
    'The last run did not end well: some of it could not be delivered or read.',
  );
  const told = report.problems.map(({ cure }) => cure);
  for (const cure of [
    ...problems.filter(({ problem }) => problem === 'source').map(({ cure }) => cure),
    ...told,
  ]) {
    const [, words = ''] = /audit-export (status .*)$/.exec(cure) ?? [];
    expect((await place.run(words.split(' '))).code, cure).toBe(0);
  }
});

test('status --dismiss ends the problem', async () => {
  const { place } = await losing(file.inputOf);
  await place.push([place.path(log)]);
  expect(await statusOf(place)).toContain(place.path(log));
  const { code } = await place.run(['status', '--profile', 'acme', '--dismiss']);
  expect(code).toBe(0);
  expect(await statusOf(place)).not.toContain(log);
  expect((await place.push([place.path(log)])).code).toBe(0);
});

test('a log whose last line waited and that is found nowhere is told, though it never grew', async () => {
  const place = await newProfilePlace();
  await place.append(log, events(0, 10));
  await place.append(log, '{"eventID": "custom-audit-half');
  const first = await place.push([place.path(log)]);
  expect({ code: first.code, waiting: first.report.waiting.length }).toEqual({ code: 0, waiting: 1 });
  await moveElsewhere(place);
  await place.append(log, events(10, 20));
  const pushed = await place.push([place.path(log)]);
  expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({
    code: 6,
    problems: [{ kind: 'missing', source: place.path(log) }],
  });
  await place.expectExactly(events(0, 20));
});

test('a log that was rotated twice, and of which the middle one is found nowhere, is told once for each', async () => {
  const { place } = await losing(file.inputOf);
  expect((await place.push([place.path(log)])).code).toBe(6);
  await place.append(log, events(40, 50));
  await place.push([place.path(log)]);
  await moveElsewhere(place, 2);
  await place.append(log, events(50, 60));
  const second = await place.push([place.path(log)]);
  expect({ code: second.code, problems: problemsOf(second) }).toEqual({
    code: 6,
    problems: [{ kind: 'missing', source: place.path(log) }],
  });
  await place.expectExactly([...events(0, 20), ...events(30, 60)]);
});
