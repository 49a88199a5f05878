import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeEvents } from '../../bench/generator/events.mjs';
import { peakBytes, runForReport } from '../e2e/run-cli.ts';
import { folderStore } from '../e2e/stores.ts';
import { useWorkspaces } from '../e2e/workspace.ts';

const mib = 1024 * 1024;
const newWorkspace = useWorkspaces();

test('promise 9, memory is bounded: 150 MiB spread over 90 days by the hour takes at most 220 MB more than no input at all, and the objects do not depend on the pieces in which the input comes', async () => {
  const workspace = await newWorkspace();
  const file = await open(workspace.path('events.jsonl'), 'wx');
  const expected = new Map<string, { lines: number; bytes: number }>();
  for (const { bytes, expectations } of describeEvents({
    seed: 91,
    bytes: 150 * mib,
    hours: 90 * 24,
    order: 'random',
  })) {
    await file.write(bytes);
    for (const { type, date, hour, byteLength } of expectations) {
      const folder = `audit_type=${type}/event_date=${date}/event_hour=${hour}`;
      const partition = expected.get(folder) ?? { lines: 0, bytes: 0 };
      expected.set(folder, { lines: partition.lines + 1, bytes: partition.bytes + byteLength + 1 });
    }
  }
  await file.close();
  expect(expected.size).toBeGreaterThan(10_000);

  const args = ['push', '--to', workspace.path('export'), '--partition', 'hour'];
  // What Node and the program themselves take differs from one Node to the next.
  await runForReport(workspace, [...args, '--dry-run'], { stdin: Buffer.alloc(0), measureMemory: true });
  const bound = (await peakBytes(workspace)) + 220e6;
  const whole = await runForReport(workspace, [...args, 'events.jsonl'], {
    measureMemory: true,
    timeoutMs: 120_000,
  });
  expect(whole.code).toBe(0);
  expect(await peakBytes(workspace), 'with a file').toBeLessThan(bound);
  const partitions = Object.fromEntries(
    whole.report.partitions.map(({ folder, lines, bytes }) => [folder, { lines, bytes }]),
  );
  expect(partitions).toEqual(Object.fromEntries(expected));

  const pieces = await runForReport(workspace, [...args, '--dry-run'], {
    stdin: createReadStream(workspace.path('events.jsonl'), { highWaterMark: 37_777 }),
    measureMemory: true,
    timeoutMs: 120_000,
  });
  expect(await peakBytes(workspace), 'with a pipe').toBeLessThan(bound);
  const keys = await folderStore(workspace.path('export')).list();
  const planned = pieces.report.objects.map(({ key }) => key);
  const stored = new Set(keys);
  expect(planned.filter((key) => !stored.has(key)).slice(0, 5)).toEqual([]);
  expect(planned.length).toBe(keys.length);
}, 120_000);
