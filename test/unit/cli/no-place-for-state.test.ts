import { readdirSync, writeFileSync } from 'node:fs';
import type * as os from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

// A user id that is in no list of users, as OpenShift gives them.
vi.mock('node:os', async (original) => ({
  ...(await original<typeof os>()),
  userInfo: () => {
    throw new Error('ENOENT');
  },
}));

const good = '{"eventID":"1","eventTime":"2026-09-04T12:00:00Z","door":"north"}';

async function pushed(
  text: string,
  ...flags: string[]
): Promise<{ code: number; stderr: string; folder: string }> {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'events.jsonl'), `${text}\n`);
  const schema = join(folder, 'door.json');
  const recognise = { type: 'object', required: ['door'] };
  const facts = { type: 'door', recognise, eventTime: [{ at: '/eventTime', forms: ['iso-8601'] }] };
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  writeFileSync(schema, JSON.stringify({ $schema, 'x-audit-export': facts, type: 'object' }));
  const { context, stderr } = capturedTerminal('', { environment: {}, workingFolder: folder });
  const words = [
    'push',
    '--to',
    join(folder, 'out'),
    '--schema',
    schema,
    ...flags,
    join(folder, 'events.jsonl'),
  ];
  return { code: await run(words, context), stderr: stderr(), folder };
}

test('a run that keeps nothing delivers all the same, and says what is not kept', async () => {
  const { code, stderr, folder } = await pushed(good);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain('XDG_STATE_HOME');
  expect(readdirSync(join(folder, 'out'))).toEqual(['_audit-export', 'audit_type=door']);
});

test('a bad line that can not be set aside ends the run, with a cure that works', async () => {
  const failed = await pushed('no JSON');
  expect(failed.code).toBe(6);
  expect(failed.stderr).toContain('--quarantine');
  const cured = await pushed('no JSON', '--quarantine', join(scratchFolder(), 'q'));
  expect(cured.code).toBe(5);
});

test.each([['status'], ['quarantine', 'list'], ['iam', 'destroy', '--yes']])(
  '%s %s, which is about state, says what is missing and ends with 3',
  async (...words) => {
    const { context, stderr } = capturedTerminal('', { environment: {}, workingFolder: scratchFolder() });
    expect(await run(words, context)).toBe(3);
    expect(stderr()).toContain('There is no place for state');
  },
);
