import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { imbalance } from '../../../../src/core/accounting/balance.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { eventLine } from '../push/pushing.ts';
import { Exporter } from './pushing-files.ts';
import type { RunOptions } from './pushing-files.ts';

const linesOf = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => eventLine(from + n, (from + n) % 5));
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

type Rotation = 'rename' | 'copy and cut' | 'compress';

type Step =
  | { do: 'append'; file: number; lines: number }
  | { do: 'half'; file: number }
  | { do: 'rotate'; file: number; how: Rotation }
  | { do: 'push'; options: RunOptions };

const file = fc.nat(2);
const when = fc.constantFrom('before' as const, 'after' as const);
const pushOptions: fc.Arbitrary<RunOptions> = fc.oneof(
  fc.record({ reread: fc.boolean(), objectBytes: fc.constantFrom(300, 600, 5000) }),
  fc.record({ cutAtPut: fc.record({ put: fc.nat(12), when }) }),
  fc.record({ cutAtRecord: fc.record({ kind: fc.constantFrom('begin' as const, 'done' as const), when }) }),
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('append' as const), file, lines: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant('half' as const), file }),
  fc.record({
    do: fc.constant('rotate' as const),
    file,
    how: fc.constantFrom('rename' as const, 'copy and cut' as const, 'compress' as const),
  }),
  fc.record({ do: fc.constant('push' as const), options: pushOptions }),
);

/** Logs that are written, rotated and pushed, and what was written in all. */
class LoggingHost {
  readonly exporter = new Exporter();
  readonly written: string[] = [];
  readonly #halves = new Map<string, string>();
  #rotations = 0;

  append(file: number, count: number): void {
    const lines = linesOf(this.written.length, count);
    this.#endHalf(pathOf(file));
    this.exporter.files.append(pathOf(file), text(lines));
    this.written.push(...lines);
  }

  appendHalf(file: number): void {
    if (this.#halves.has(pathOf(file))) return;
    const [line = ''] = linesOf(this.written.length, 1);
    this.written.push(line);
    this.exporter.files.append(pathOf(file), line.slice(0, 20));
    this.#halves.set(pathOf(file), `${line.slice(20)}\n`);
  }

  rotate(file: number, how: Rotation): void {
    const { files } = this.exporter;
    const path = pathOf(file);
    this.#endHalf(path);
    const rotated = `${path}.${++this.#rotations}`;
    if (how === 'rename') files.rename(path, rotated);
    else if (files.bytes(path).length === 0) return;
    else if (how === 'compress') {
      files.overwrite(`${rotated}.gz`, gzipSync(files.bytes(path)));
      files.remove(path);
    } else {
      files.copy(path, rotated);
      files.overwrite(path, '');
    }
  }

  push(options: RunOptions): ReturnType<Exporter['push']> {
    return this.exporter.push(this.exporter.files.paths, options);
  }

  endHalves(): void {
    for (const path of this.#halves.keys()) this.#endHalf(path);
  }

  #endHalf(path: string): void {
    const half = this.#halves.get(path);
    this.#halves.delete(path);
    if (half !== undefined) this.exporter.files.append(path, half);
  }
}

const pathOf = (file: number): string => `app-${file}.log`;

async function take(step: Step, host: LoggingHost): Promise<void> {
  if (step.do === 'append') host.append(step.file, step.lines);
  else if (step.do === 'half') host.appendHalf(step.file);
  else if (step.do === 'rotate') host.rotate(step.file, step.how);
  else await host.push(step.options);
}

/** Steps, and one at which the store loses everything. */
const anyStepsWithLoss = fc.record({
  before: fc.array(anyStep, { maxLength: 8 }),
  after: fc.array(
    fc.oneof(
      anyStep.filter((step) => step.do !== 'push'),
      fc.record({
        do: fc.constant('push' as const),
        options: fc.oneof(
          fc.record({ reread: fc.boolean(), objectBytes: fc.constantFrom(300, 600, 5000) }),
          // Put 0 is the question for a witness, which is worthless after a kill.
          fc.record({ cutAtPut: fc.record({ put: fc.integer({ min: 1, max: 12 }), when }) }),
          fc.record({
            cutAtRecord: fc.record({
              kind: fc.constantFrom('begin', 'done', 'refilled').map((kind) => kind as 'begin'),
              when,
            }),
          }),
        ),
      }),
    ),
    { maxLength: 10 },
  ),
});

test('a store that lost everything has everything again, and once, whatever happens meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(anyStepsWithLoss, async ({ before, after }) => {
      const host = new LoggingHost();
      for (const step of before) await take(step, host);
      await host.push({});
      host.exporter.store = new MemoryStore();
      for (const step of after) await take(step, host);
      host.endHalves();
      await host.push({});
      const { exporter, written } = host;
      expect(exporter.differentLines()).toEqual(written.toSorted());
      expect(exporter.linesTwice()).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('whatever grows, is rotated and is killed in which order: every line is there exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 14 }), async (steps) => {
      const host = new LoggingHost();
      for (const step of steps) await take(step, host);
      host.endHalves();
      const last = await host.push({});
      expect(host.exporter.storedLines()).toEqual(host.written.toSorted());
      const balance = last?.account.balance();
      if (balance === undefined) throw new Error('the last run did not end well');
      expect(imbalance(balance)).toBe(0);
      // Half lines are set aside as they are met, and delivered when they are whole.
      expect(balance.read - balance.quarantined).toBe(host.written.length);
    }),
    { numRuns: 150 },
  );
});
