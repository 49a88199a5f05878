import { expect, test } from 'vitest';
import { filesBelow } from '../workspace.ts';
import { events, logOf } from './events.ts';
import type { EventLine } from './events.ts';
import type { Place } from './harness.ts';
import { newProfilePlace } from './harness.ts';
import { log } from './rotations.ts';

/** Two projects on one machine: each its own folder and configuration, a profile of the same name, one state folder. */
async function twoProjects(): Promise<{
  projects: readonly [Place, Place];
  environment: { XDG_STATE_HOME: string };
}> {
  const projects = [await newProfilePlace(), await newProfilePlace()] as const;
  return { projects, environment: { XDG_STATE_HOME: projects[0].state } };
}

const own = (index: number): EventLine[] => events(index * 100, index * 100 + 20);

/** A line of a type that nobody knows yet, and the schema that comes later. */
const late = '{"lateType":"late","eventTime":"2026-11-03T00:00:00.000Z","id":"1"}';
const lateSchema = JSON.stringify({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:example:late:v1',
  title: 'Late',
  description: 'A type that came later.',
  'x-audit-export': {
    type: 'late',
    vendor: 'Example',
    order: 200,
    recognise: { type: 'object', required: ['lateType'] },
    eventTime: [{ at: '/eventTime', forms: ['iso-8601'] }],
    id: ['/id'],
    agree: [],
  },
  type: 'object',
  required: ['eventTime'],
  properties: { eventTime: { type: 'string' } },
});

test('two projects with a profile of the same name deliver each their own', async () => {
  const { projects, environment } = await twoProjects();
  for (const [index, place] of projects.entries()) {
    await place.append(log, own(index));
    expect((await place.push([place.path(log)], { environment })).report.balance.delivered).toBe(20);
  }
  for (const [index, place] of projects.entries()) await place.expectExactly(own(index));
});

test('a line that one project set aside is seen and replayed by that project alone, into its own store', async () => {
  const { projects, environment } = await twoProjects();
  const [one, two] = projects;
  await one.append(log, `${logOf(own(0))}${late}\n`);
  await two.append(log, own(1));
  expect((await one.push([one.path(log)], { environment })).code).toBe(5);
  expect((await two.push([two.path(log)], { environment })).code).toBe(0);

  const lines = async (place: Place): Promise<number> => {
    const { stdout } = await place.run(['quarantine', 'list', '--json', '--profile', 'acme'], {
      environment,
    });
    return (JSON.parse(stdout) as { lines: number }).lines;
  };
  expect([await lines(one), await lines(two)]).toEqual([1, 0]);

  const file = await one.write('late.json', lateSchema);
  const replay = ['quarantine', 'replay', '--json', '--profile', 'acme', '--schema', file];
  await two.run(replay, { environment });
  await two.expectExactly(own(1));
  expect((await one.run(replay, { environment })).code).toBe(0);
  await one.expectExactly([...own(0), { text: late, folder: 'audit_type=late/event_date=2026-11-03' }]);
  await two.expectExactly(own(1));
});

test('a line that was set aside is replayed into the store it was meant for, and nowhere else', async () => {
  const place = await newProfilePlace();
  await place.append(log, `${logOf(own(0))}${late}\n`);
  await place.push([place.path(log)]);
  const file = await place.write('late.json', lateSchema);
  const replay = ['quarantine', 'replay', '--json', '--profile', 'acme', '--schema', file];
  await place.run([...replay, '--to', place.path('other')]);
  expect(await filesBelow(place.path('other'))).toEqual([]);
  expect((await place.run(replay)).code).toBe(0);
  await place.expectExactly([...own(0), { text: late, folder: 'audit_type=late/event_date=2026-11-03' }]);
});

test('status of one project shows nothing of the other', async () => {
  const { projects, environment } = await twoProjects();
  const [one, two] = projects;
  await one.append(log, own(0));
  await one.push([one.path(log)], { environment });
  const { stdout } = await two.run(['status', '--json', '--profile', 'acme'], { environment });
  const { profiles } = JSON.parse(stdout) as { profiles: { lastSuccess: string | null }[] };
  expect(profiles.map(({ lastSuccess }) => lastSuccess)).toEqual([null]);
});

test('two projects that deliver to one store know of each other what was delivered there', async () => {
  const { projects, environment } = await twoProjects();
  const [one, two] = projects;
  await one.append(log, own(0));
  const to = ['--to', one.export];
  await one.push([one.path(log)], { environment });
  await one.append(log, events(20, 30));
  const { report } = await two.push([one.path(log)], { environment, to });
  expect(report.balance.delivered).toBe(10);
  await one.expectExactly(events(0, 30));
});
