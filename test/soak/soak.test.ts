import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import { differencesOf } from './check-export.ts';
import { LogWriter } from './log-writer.ts';
import type { Soak } from './soak.ts';
import { SoakRecord } from './soak-record.ts';
import {
  followAndKill,
  followInPeace,
  journalKnows,
  keepWriting,
  makeTrouble,
  Programs,
  runAndKill,
} from './soak.ts';
import { bucketOn } from '../e2e/s3-server.ts';
import type { S3Server } from '../e2e/s3-server.ts';
import type { Workspace } from '../e2e/workspace.ts';
import { filesBelow, stateFolderOf, useWorkspaces } from '../e2e/workspace.ts';

const minutes = Number(process.env['AUDIT_EXPORT_SOAK_MINUTES'] ?? '0.25');
const seed = Number(process.env['AUDIT_EXPORT_SOAK_SEED'] ?? '1');
/** Rotations come the thicker, the shorter the run is. */
const betweenMs = minutes < 2 ? 500 : 6000;
/** So many differences are printed; all of them are in the record. */
const shown = 10;
const mib = 1024 * 1024;

const newWorkspace = useWorkspaces();
let emulator: Emulator;
let server: S3Server;
beforeAll(async () => {
  emulator = await startEmulator();
  server = await bucketOn(emulator);
});
afterAll(async () => {
  await server.close();
  await emulator.close();
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const quarantineOf = (name: string): string => `${name}-quarantine`;

/** A workspace with a profile for each of the ways of delivering, and a log folder for each. */
async function prepare(names: readonly string[]): Promise<Workspace> {
  const workspace = await newWorkspace();
  const profiles = Object.fromEntries(
    names.map((name) => [name, { to: `s3://${server.bucket}/${name}`, state: 'active', retryFor: '60s' }]),
  );
  await workspace.write('audit-export.json', JSON.stringify({ profiles }));
  for (const name of names)
    for (const folder of [name, quarantineOf(name)]) await mkdir(workspace.path(folder), { recursive: true });
  return workspace;
}

/** All lines that wait in the quarantine of a profile. */
async function quarantined(workspace: Workspace, profile: string): Promise<string> {
  const folder = join(await stateFolderOf(workspace, profile), 'quarantine');
  const texts = (await filesBelow(folder)).map((file) => readFile(`${folder}/${file}`, 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

describe(`${minutes} minutes of writing, rotating, faults and kills`, () => {
  test(
    'nothing lost, nothing twice, each line in its partition byte for byte, and memory stays flat',
    async () => {
      const names = ['cron', 'killed', 'peace', 'named'] as const;
      const workspace = await prepare(names);
      const record = new SoakRecord(workspace);
      onTestFailed(async () => {
        const folder = await record.keep(`audit-export-soak-${seed}`);
        process.stderr.write(`soak: what the runs printed, their journals and files are kept in ${folder}\n`);
      });
      const environment = await server.environmentFor('*');
      const tally = new Map<string, number>();
      const problems: string[] = [];
      const isWritten = deferred();
      const programs = new Programs();
      const untilMs = Date.now() + minutes * 60_000;
      const soak = (offset: number): Soak => ({
        workspace,
        programs,
        environment,
        untilMs,
        seed: seed + offset,
        tally,
        problems,
        record,
        written: isWritten.promise,
        puts: () => emulator.requests().at(-1)?.at ?? 0,
      });
      const writers = names.map((name, index) =>
        ['a', 'b', 'link'].map(
          (log, second) =>
            new LogWriter(
              {
                folder: workspace.path(name),
                quarantine: workspace.path(quarantineOf(name)),
                name: log,
                isLink: log === 'link',
                // A file that is followed by its name is rotated when it was seen: docs/delivery.md, Follow.
                ...(name === 'named' ? { looked: (path) => journalKnows(workspace, path) } : {}),
              },
              seed * 100 + index * 10 + second,
            ),
        ),
      );
      const push = (name: string, inputs: readonly string[], ...flags: string[]): string[] => [
        'push',
        '--json',
        '--profile',
        name,
        ...flags,
        ...inputs,
        quarantineOf(name),
      ];
      const following = ['--follow', '--flush-interval', '2s'];
      const resident: number[] = [];
      const trouble = makeTrouble(emulator.faults, soak(1));
      const writing = writers.flatMap((logs, index) =>
        logs.map((writer, second) => keepWriting(writer, soak(2 + index * 10 + second), betweenMs)),
      );
      const named = ['a', 'b', 'link'].map((log) => `named/${log}.log`);
      const delivering = [
        runAndKill('cron', push('cron', ['cron'], '--object-size', '16KiB'), soak(5)),
        followAndKill('follow', push('killed', ['killed'], ...following), soak(6)),
        followInPeace('peace', push('peace', ['peace'], ...following), soak(7), resident),
        followInPeace('named', push('named', named, ...following), soak(8), []),
      ];
      // Where the writers fail, what came of the programs is nothing to say.
      for (const program of delivering) program.catch(() => undefined);
      let last: Awaited<(typeof delivering)[number]>[];
      try {
        await Promise.all([...writing, trouble]).finally(isWritten.resolve);
        last = await Promise.all(delivering);
      } finally {
        await programs.end();
      }
      const lines = writers.map((logs) => logs.reduce((sum, { written }) => sum + written.count, 0));
      process.stderr.write(
        `soak: seed ${seed}, ${minutes} min; lines written: ${lines.join(', ')}; ${[...tally].map(([what, times]) => `${what} ${times}`).join('; ')}\n`,
      );
      expect(problems).toEqual([]);
      const isToldEmpty = [...tally.keys()].some((what) => what.endsWith(', last: empty, then gone'));
      for (const { code, stderr } of last)
        if (code !== 0 && code !== 5 && !(code === 6 && isToldEmpty))
          throw new Error(`exit ${code}: ${stderr}`);
      const found = names.map(async (name, index) => {
        const written = (writers[index] ?? []).map((writer) => writer.written);
        for (const log of written)
          await record.write(
            `${name}.jsonl`,
            `${JSON.stringify({ log: log.name, rotations: log.rotations })}\n`,
          );
        const differences = await differencesOf(written, server.storeAt(name));
        const waiting = await quarantined(workspace, name);
        const bad = written.flatMap((lines) => Array.from(lines.bad));
        const unaccounted = bad.filter((line) => !waiting.includes(line));
        await record.write(
          `${name}.jsonl`,
          [...differences, ...unaccounted].map((line) => `${line}\n`).join(''),
        );
        return { name, differences: differences.slice(0, shown), unaccounted: unaccounted.slice(0, shown) };
      });
      expect(await Promise.all(found)).toEqual(
        names.map((name) => ({ name, differences: [], unaccounted: [] })),
      );
      expect(await filesBelow(workspace.path('state'))).toEqual(
        expect.not.arrayContaining([expect.stringMatching(/\.(?:ready|open)$/)]),
      );
      expectFlat(resident);
    },
    minutes * 60_000 + 180_000,
  );
});

/** The memory of the last third is not above that of the second third by more than a little. */
function expectFlat(resident: readonly number[]): void {
  if (resident.length < 60) return;
  const third = Math.floor(resident.length / 3);
  const highest = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? 0;
  const [middle, end] = [highest(resident.slice(third, 2 * third)), highest(resident.slice(2 * third))];
  process.stderr.write(
    `soak: resident memory ${Math.round(middle / mib)} MiB, then ${Math.round(end / mib)} MiB\n`,
  );
  expect(end).toBeLessThan(middle * 1.2 + 20 * mib);
}
