import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPositions } from '../../../../src/core/follow/spooled-positions.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import { FileTail } from '../../../../src/adapters/fs/tail-files.ts';
import type { FollowedInput } from '../../../../src/adapters/fs/tail-scan.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

/** What happens to a log and to who reads it. */
type Step =
  | { do: 'append'; lines: number; part: boolean }
  | { do: 'rename' }
  | { do: 'copytruncate'; seen: boolean }
  | { do: 'poll' }
  | { do: 'compress' }
  | { do: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      lines: fc.integer({ min: 1, max: 40 }),
      part: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'rename' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copytruncate' as const), seen: fc.boolean() }) },
  { weight: 6, arbitrary: fc.constant({ do: 'poll' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'compress' as const }) },
);

/** A log of one writer in a folder, its rotation, and one who follows it. */
class World {
  readonly written: string[] = [];
  readonly read: string[] = [];
  readonly #inputs: FollowedInput[];
  readonly #log: string;
  #records: LinesRecord[] = [];
  #tail: FileTail;
  #now = 1_000_000;
  #ids = 0;
  #archives = 0;
  #begun = '';

  constructor(folder: string, inputs: FollowedInput[]) {
    this.#inputs = inputs;
    this.#log = join(folder, 'app.log');
    this.#tail = this.#start();
  }

  async take(one: Step): Promise<void> {
    switch (one.do) {
      case 'append':
        return this.#append(one.lines, one.part);
      case 'rename':
        return this.#rename();
      case 'copytruncate':
        return this.#copyTruncate(one.seen);
      case 'compress':
        return this.#compressWhileAway();
      case 'poll':
        return this.poll();
      case 'restart':
        await this.#tail.close();
        this.#tail = this.#start();
        return this.#isAlone ? this.poll() : undefined;
    }
  }

  async poll(): Promise<void> {
    this.#now += 1001;
    for await (const { record, payload } of this.#tail.poll()) {
      this.#records.push(record);
      this.read.push(...payload.toString().split('\n').slice(0, -1));
    }
  }

  async end(): Promise<void> {
    await this.#append(1, false);
    for (let polls = 0; polls < 4; polls++) await this.poll();
    await this.#tail.close();
  }

  #start(): FileTail {
    const spooled = new Map<string, LinesRecord>();
    for (const record of this.#records) if (record.file !== undefined) spooled.set(record.file.id, record);
    return new FileTail({
      inputs: this.#inputs,
      exceptBelow: [],
      known: readPositions([], [spooled], this.#now),
      rules: { maxLineBytes: 1000, wrapping: undefined },
      newId: () => `id-${++this.#ids}`,
      now: () => this.#now,
      sleep: async () => undefined,
      onEvent: () => undefined,
    });
  }

  async #append(lines: number, part: boolean): Promise<void> {
    let text = this.#begun;
    for (let n = 0; n < lines; n++) {
      const line = `line ${this.written.length} ${'x'.repeat((this.written.length * 37) % 90)}`;
      this.written.push(line);
      text += `${line}\n`;
    }
    // The end of the last line comes with the next append.
    const kept = part ? 3 : 0;
    await appendFile(this.#log, text.slice(0, text.length - kept));
    this.#begun = text.slice(text.length - kept);
  }

  /** Who follows a file by its name alone must have seen something of it between two rotations. */
  get #isAlone(): boolean {
    return this.#inputs[0]?.kind === 'file';
  }

  /** A log is rotated between lines: what has begun is ended first. */
  async #endLine(): Promise<void> {
    if (this.#begun !== '') await appendFile(this.#log, this.#begun);
    this.#begun = '';
  }

  async #shift(): Promise<void> {
    for (let n = 9; n >= 1; n--)
      await rename(`${this.#log}.${n}`, `${this.#log}.${n + 1}`).catch(() => undefined);
  }

  async #rename(): Promise<void> {
    await this.#endLine();
    if (this.#isAlone) await this.poll();
    await this.#shift();
    await rename(this.#log, `${this.#log}.1`).catch(() => undefined);
    if (this.#isAlone) await this.poll();
  }

  /** While nobody looks, the log grows, is renamed and compressed, as logrotate does. */
  async #compressWhileAway(): Promise<void> {
    // Who has never read anything does not know that there was anything.
    await this.#append(1, false);
    await this.poll();
    await this.#tail.close();
    // File times are coarser than this test is quick.
    await sleep(8);
    await this.#append(3, false);
    await this.#endLine();
    await this.#shift();
    await rename(this.#log, `${this.#log}.1`);
    const { mtime } = await stat(`${this.#log}.1`);
    await writeFile(`${this.#log}.1.gz`, gzipSync(await readFile(`${this.#log}.1`)));
    await utimes(`${this.#log}.1.gz`, mtime, mtime);
    await rm(`${this.#log}.1`);
    await rename(`${this.#log}.1.gz`, `${this.#log}.${++this.#archives}00.gz`);
    this.#tail = this.#start();
    if (this.#isAlone) await this.poll();
  }

  async #copyTruncate(seen: boolean): Promise<void> {
    await this.#endLine();
    if (this.#isAlone) await this.poll();
    await this.#shift();
    const hasCopied = await copyFile(this.#log, `${this.#log}.1`).then(
      () => true,
      () => false,
    );
    if (seen) await this.poll();
    if (hasCopied) await truncate(this.#log);
    if (this.#isAlone) await this.poll();
  }
}

describe.each(['file', 'folder', 'glob'] as const)('a log that is followed as %s', (kind) => {
  test('is read line by line exactly once, whatever rotation, cutting and restarts come between', async () => {
    const root = scratchFolder();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const folder = join(root, `${++runs}`);
        await mkdir(folder);
        await writeFile(join(folder, 'app.log'), '');
        const input = { file: join(folder, 'app.log'), folder, glob: join(folder, 'app.log*') }[kind];
        const world = new World(folder, [{ kind, input }]);
        await world.poll();
        for (const one of steps) await world.take(one);
        await world.end();
        expect(world.read.toSorted()).toEqual(world.written.toSorted());
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
