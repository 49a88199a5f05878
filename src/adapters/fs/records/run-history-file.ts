import { createHash, randomBytes } from 'node:crypto';
import { appendFile, open, readFile, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { compactRuns } from '../../../core/runs/fold-runs.ts';
import type { KeptRuns } from '../../../core/runs/fold-runs.ts';
import type { BeginRecord, EndRecord, MarkRecord } from '../../../core/runs/run-record.ts';
import type { OpenRun, RunBeginning, RunHistory, RunHistoryBook } from '../../../ports/state/run-history.ts';
import { replaceFile } from '../replace-file.ts';
import { makeFolder } from '../make-folder.ts';

const lf = 0x0a;
const ownerOnly = 0o600;
const mib = 1024 * 1024;

/** How large the file may grow, and what is left of it then. */
export interface HistoryBounds {
  fileBytes: number;
  kept: KeptRuns;
  /** A compaction that has not ended by then was killed. */
  compactionMs: number;
}

const usualBounds: HistoryBounds = {
  fileBytes: 4 * mib,
  kept: { runs: 1000, bytes: 2 * mib },
  compactionMs: 60_000,
};

export interface RunHistoryOptions {
  /** Called once, with why the history can't be kept. */
  onTrouble: (message: string) => void;
  now: () => number;
  bounds?: HistoryBounds;
}

/**
 * The history in one JSON Lines file. Each line is appended by one write, so any number of processes may write at once;
 * a line that a crash has torn is closed by the next writer and left out by readers.
 */
export class RunHistoryFile implements RunHistory, RunHistoryBook {
  readonly #file: string;
  readonly #options: RunHistoryOptions;
  readonly #bounds: HistoryBounds;
  #inTrouble = false;

  constructor(file: string, options: RunHistoryOptions) {
    this.#file = file;
    this.#options = options;
    this.#bounds = options.bounds ?? usualBounds;
  }

  async begin(beginning: RunBeginning): Promise<OpenRun> {
    const begin = beginRecord(beginning);
    const { id } = begin;
    await this.#guard(async () => this.#append(begin));
    return {
      id,
      mark: (progress) =>
        this.#guard(async () => {
          const at = new Date(this.#options.now()).toISOString();
          const mark: MarkRecord = { record: 'mark', version: 1, id, at, ...progress };
          await this.#append(mark);
        }),
      end: ({ endedMs, ...ending }) =>
        this.#guard(async () => {
          const endedAt = new Date(endedMs).toISOString();
          const end: EndRecord = { ...begin, record: 'end', endedAt, ...ending };
          await this.#append(end);
        }),
    };
  }

  async lines(): Promise<string[]> {
    return splitLines(await readFile(this.#file, 'utf8').catch(absentAs('')));
  }

  /** Never throws: what could not be kept is told once. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#inTrouble)
        this.#options.onTrouble(
          `The run history ${this.#file} can't be kept: ${(error as Error).message}. The run goes on.`,
        );
      this.#inTrouble = true;
    }
  }

  async #append(record: BeginRecord | MarkRecord | EndRecord): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    await makeFolder(dirname(this.#file), 0o700);
    // A file that is compacted just now is replaced: what went to the old one is written again. Lines may come twice.
    for (let tries = 0; tries < 3; tries++) {
      const file = await open(this.#file, 'a+', ownerOnly);
      try {
        const { size, ino } = await file.stat();
        await appendWhole(file, size === 0 || (await endsLine(file, size)) ? line : closing(line));
        if (record.record === 'end') await file.datasync();
        if ((await inodeOf(this.#file)) !== ino) continue;
        if (size > this.#bounds.fileBytes) await this.#compact(file);
        return;
      } finally {
        await file.close();
      }
    }
  }

  /** `old` is the file that is replaced, still open. One process at a time; if another one is at it, that will do. */
  async #compact(old: FileHandle): Promise<void> {
    const { now } = this.#options;
    const lock = `${this.#file}.compacting`;
    if (!(await lockAlone(lock, now() - this.#bounds.compactionMs))) return;
    try {
      const { ino } = await old.stat();
      const text = await readAll(old, 0);
      const lines = compactRuns(splitLines(text.toString('utf8')), this.#bounds.kept, now());
      if ((await inodeOf(this.#file)) !== ino) return;
      await replaceFile(this.#file, `${lines.join('\n')}\n`);
      // What others appended to the old file meanwhile; a line that was half there is read again.
      const late = await readAll(old, text.lastIndexOf(lf) + 1);
      if (late.length > 0) await appendFile(this.#file, late);
    } finally {
      await rm(lock, { force: true });
    }
  }
}

function beginRecord({ command, store, inputs, startedMs }: RunBeginning): BeginRecord {
  const startedAt = new Date(startedMs).toISOString();
  return {
    record: 'begin',
    version: 1,
    id: `${startedAt.replaceAll(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`,
    command,
    startedAt,
    pid: process.pid,
    host: hostname(),
    store,
    inputs: inputs.length,
    work: hashOf([command, store, ...inputs]),
    job: hashOf([command, store, ...inputs.map((input) => input.replaceAll(/\d+/g, '#'))]),
  };
}

function hashOf(words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);
}

async function appendWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  const { bytesWritten } = await file.write(bytes);
  if (bytesWritten < bytes.length) throw new Error('the disk is full');
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] === lf;
}

const closing = (line: Buffer): Buffer => Buffer.concat([Buffer.from('\n'), line]);

async function readAll(file: FileHandle, from: number): Promise<Buffer> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, size - from));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}

async function inodeOf(file: string): Promise<number | undefined> {
  return stat(file).then(({ ino }) => ino, absentAs(undefined));
}

/** Takes a lock; false where another process has it. One that was taken before `staleMs` is of a process that is gone. */
async function lockAlone(file: string, staleMs: number): Promise<boolean> {
  const left = await stat(file).catch(absentAs(undefined));
  if (left !== undefined && left.mtimeMs < staleMs) await rm(file, { force: true });
  try {
    await (await open(file, 'wx', ownerOnly)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}

const splitLines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
