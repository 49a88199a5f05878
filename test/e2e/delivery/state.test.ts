import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { events } from './events.ts';
import { Place, newProfilePlace } from './harness.ts';
import { log } from './rotations.ts';

describe('a state folder that can not be written', () => {
  /** A file where a folder should be: nobody can write there, not even root. */
  const noState = async (place: Place): Promise<{ XDG_STATE_HOME: string }> => ({
    XDG_STATE_HOME: await place.write('no-folder', ''),
  });

  test('with a profile is exit 3, and nothing is delivered', async () => {
    const place = await newProfilePlace();
    await place.append(log, events(0, 20));
    const environment = await noState(place);
    const { code, stderr, stdout } = await place.run(
      ['push', '--json', '--profile', 'acme', place.path(log)],
      { environment },
    );
    expect(code).toBe(3);
    expect(`${stderr}${stdout}`).toContain('state-not-written');
    expect(`${stderr}${stdout}`).toContain('XDG_STATE_HOME');
    await place.expectExactly([]);
  });

  test('without a profile the run goes on and says so; the same lines a second time store nothing', async () => {
    const place = new Place();
    await place.append(log, events(0, 20));
    const environment = await noState(place);
    for (const delivered of [20, 0]) {
      const { code, report, stderr } = await place.push([place.path(log)], { environment });
      expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered });
      expect(stderr).toContain('XDG_STATE_HOME');
    }
    await place.expectExactly(events(0, 20));
  });
});

describe('a state that is one push old', () => {
  test('does that push again, with the same objects', async () => {
    const place = new Place();
    await place.append(log, events(0, 20));
    await place.push([place.path(log)]);
    await place.keepState('kept');
    await place.append(log, events(20, 40));
    await place.push([place.path(log)]);
    await place.restoreState('kept');
    const { code, report } = await place.push([place.path(log)]);
    expect({ code, ...report.balance }).toMatchObject({ code: 0, delivered: 0, quarantined: 0 });
    await place.expectExactly(events(0, 40));
    await place.append(log, events(40, 50));
    await place.push([place.path(log)]);
    await place.expectExactly(events(0, 50));
  });
});

test('a state that is lost: a file that was delivered in one push is found delivered', async () => {
  const place = new Place();
  await place.append(log, events(0, 20));
  await place.push([place.path(log)]);
  await rm(place.state, { recursive: true });
  const { code, report } = await place.push([place.path(log)]);
  expect({ code, ...report.balance }).toMatchObject({ code: 0, delivered: 0, alreadyDelivered: 20 });
  await place.expectExactly(events(0, 20));
});

test('a dry run writes no state, and changes nothing of what a push then does', async () => {
  const place = new Place();
  await place.append(log, events(0, 20));
  await place.push([place.path(log)]);
  await place.append(log, events(20, 30));
  for (let time = 0; time < 2; time++) {
    const { report } = await place.push(['--dry-run', place.path(log)]);
    expect(report.putRequests).toBeGreaterThan(0);
  }
  const { report } = await place.push([place.path(log)]);
  expect(report.balance.delivered).toBe(10);
  await place.expectExactly(events(0, 30));
});
