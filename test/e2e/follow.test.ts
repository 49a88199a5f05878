import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { quickClock } from '../fakes/quick-clock.ts';
import { missingOrDoubled, slice, stop, storedLines } from './following.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import type { RunningCli } from './run-cli.ts';
import { runForReport, startCli, writeTo } from './run-cli.ts';
import { folderStore } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

const following = (
  workspace: Workspace,
  inputs: readonly string[],
  more: readonly string[] = [],
): RunningCli =>
  startCli(
    workspace,
    ['push', '--follow', '--to', 'export', '--flush-interval', '1s', '--json', ...more, ...inputs],
    { stdin: 'open', clock: quickClock(10) },
  );

test('two that follow one file to two places, each with its types and interval: alerts at once, the rest later, each event once', async () => {
  const workspace = await newWorkspace();
  const input = generateInput({ seed: 619, lines: 120, hours: 5, types: { query: 5, alert: 1 } });
  await workspace.write('audit.jsonl', '');
  const start = (to: string, types: string, interval: string): RunningCli =>
    startCli(
      workspace,
      [
        'push',
        '--follow',
        '--to',
        to,
        '--types',
        types,
        '--flush-interval',
        interval,
        '--json',
        'audit.jsonl',
      ],
      { stdin: 'open', clock: quickClock(10) },
    );
  const [soon, late] = [start('alerts', 'alert', '1s'), start('audit', 'query', '15m')];
  await appendFile(workspace.path('audit.jsonl'), input.bytes);
  await expect.poll(folderStore(workspace.path('alerts')).list, { timeout: 8000 }).not.toEqual([]);
  const all = await Promise.all([soon, late].map((run) => stop(run)));
  expect(all.map(({ report }) => report.balanced)).toEqual([true, true]);
  for (const [to, type] of [
    ['alerts', 'alert'],
    ['audit', 'query'],
  ] as const) {
    const found = await readExport(folderStore(workspace.path(to)));
    expect(
      differencesFrom(
        eventsOf(input).filter((event) => event.type === type),
        found,
      ),
    ).toEqual([]);
  }
});

describe('pipes', () => {
  const input = generateInput({ seed: 601, lines: 400, hours: 20, damage: 0.02 });

  test('the end of stdin drains everything: exit 5 with lines set aside, objects as of a plain push', async () => {
    const workspace = await newWorkspace();
    const followed = await runForReport(workspace, ['push', '--follow', '--to', 'export'], {
      stdin: input.bytes,
    });
    expect(followed.code).toBe(5);
    expect(followed.report).toMatchObject({ balanced: true, sources: [{ name: 'stdin' }], error: null });
    expect(followed.report.sources[0]?.lines).toBe(input.lines.length);
    const found = await readExport(folderStore(workspace.path('export')));
    expect(differencesFrom(eventsOf(input), found)).toEqual([]);
    const plain = await runForReport(workspace, ['push', '--to', 'plain'], { stdin: input.bytes });
    expect(followed.report.objects.map(({ key }) => key)).toEqual(plain.report.objects.map(({ key }) => key));
  });

  test('a pipe without end is delivered after --flush-interval, and SIGTERM ends in order: exit 5 with lines set aside', async () => {
    const workspace = await newWorkspace();
    const store = folderStore(workspace.path('export'));
    const run = following(workspace, ['-']);
    await writeTo(run, slice(input, 0, 150));
    await expect.poll(store.list, { timeout: 8000 }).not.toEqual([]);
    await writeTo(run, slice(input, 150, 400));
    await sleep(300);
    const { code, report } = await stop(run);
    expect({ code, balanced: report.balanced, read: report.balance.read }).toEqual({
      code: 5,
      balanced: true,
      read: input.lines.length,
    });
    expect(missingOrDoubled(eventsOf(input), await readExport(store))).toEqual([]);
  });

  test('a named pipe is read on when its writer goes and another comes', async () => {
    const workspace = await newWorkspace();
    execFileSync('mkfifo', [workspace.path('events.fifo')]);
    const store = folderStore(workspace.path('export'));
    const run = following(workspace, ['events.fifo']);
    for (const [from, to] of [
      [0, 100],
      [100, 250],
      [250, 400],
    ] as const) {
      const writer = createWriteStream(workspace.path('events.fifo'));
      await new Promise((resolve) => writer.end(slice(input, from, to), () => resolve(undefined)));
    }
    const events = eventsOf(input);
    await expect
      .poll(async () => storedLines(await readExport(store)), { timeout: 9000 })
      .toBe(events.length);
    const { code } = await stop(run);
    expect(code).toBe(5);
    expect(missingOrDoubled(events, await readExport(store))).toEqual([]);
  });

  test('lines of a container runtime are unwrapped byte for byte, parts of one line joined', async () => {
    const workspace = await newWorkspace();
    const wrapped = input.lines.flatMap(({ bytes }, n) => {
      const time = `2026-11-23T05:30:00.${String(n).padStart(9, '0')}Z`;
      const cut = n % 3 === 0 ? Math.floor(bytes.length / 2) : 0;
      const parts =
        cut === 0 ? [] : [Buffer.concat([Buffer.from(`${time} stdout P `), bytes.subarray(0, cut)])];
      return [...parts, Buffer.concat([Buffer.from(`${time} stdout F `), bytes.subarray(cut)])].flatMap(
        (line) => [line, Buffer.from('\n')],
      );
    });
    const { code, report } = await runForReport(
      workspace,
      ['push', '--follow', '--unwrap', 'cri', '--to', 'export'],
      { stdin: Buffer.concat(wrapped) },
    );
    expect({ code, read: report.balance.read }).toEqual({ code: 5, read: input.lines.length });
    const found = await readExport(folderStore(workspace.path('export')));
    expect(differencesFrom(eventsOf(input), found)).toEqual([]);
  });
});

test.each([
  { flags: ['--dry-run'], says: '--dry-run' },
  { flags: ['--strict'], says: '--strict' },
  { flags: ['--limit-bad', '3'], says: '--limit-bad' },
  { flags: ['--shard', '0/2'], says: '--shard' },
  { flags: ['--final'], says: '--final' },
  { flags: ['--reread'], says: '--reread' },
])('--follow and $says contradict each other: exit 2', async ({ flags, says }) => {
  const workspace = await newWorkspace();
  const run = startCli(workspace, ['push', '--follow', '--to', 'export', ...flags]);
  const { code, stderr } = await run.ended;
  expect({ code, says: stderr.includes(says) }).toEqual({ code: 2, says: true });
});
