import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tellOfNode } from '../../../src/cli/terminal/node-notice.ts';
import type { CliContext } from '../../../src/cli/terminal/terminal-context.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

const dayMs = 24 * 3_600_000;

/** What is told on one day after another, in a state of its own. */
async function told(
  { node = '20.19.0', argv = ['push'], isTTY = true },
  ...afterDays: readonly number[]
): Promise<{ said: boolean[]; files: string[] }> {
  const state = scratchFolder();
  const said: boolean[] = [];
  for (const days of afterDays) {
    const clock = { now: () => Date.now() + days * dayMs } as CliContext['clock'];
    const { context, stderr } = capturedTerminal('', { environment: { XDG_STATE_HOME: state }, clock });
    Object.assign(context.stderr, { isTTY });
    await tellOfNode(node, argv, context);
    said.push(stderr().includes('Node 20.19.0 has reached its end of life'));
  }
  return { said, files: readdirSync(state) };
}

test('an old Node is told of on a terminal, once a week', async () => {
  expect((await told({}, 0, 1, 6, 8)).said).toEqual([true, false, false, true]);
});

test.each([
  { name: 'a Node that is recommended', node: '22.1.0' },
  { name: 'a stderr that is no terminal', isTTY: false },
  { name: '--json', argv: ['push', '--json'] },
  { name: '-o json', argv: ['push', '-o', 'json'] },
  { name: '--log-format json', argv: ['push', '--log-format', 'json'] },
])('nothing is told, nor written, with $name', async (how) => {
  expect(await told(how, 0)).toEqual({ said: [false], files: [] });
});

test('where there is no place for state nothing is told', async () => {
  const { context, stderr } = capturedTerminal('', {
    environment: { XDG_STATE_HOME: join('/dev/null', 'state') },
  });
  Object.assign(context.stderr, { isTTY: true });
  await tellOfNode('20.19.0', [], context);
  expect(stderr()).toBe('');
});
