import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { QuarantinedLine } from '../../../ports/store/quarantine.ts';
import { QuarantineList } from './quarantine-list.ts';
import type { QuarantineReader, KeptLine } from '../../../ports/store/quarantine-reader.ts';
import type { Destination } from '../../../ports/store/destination.ts';

const lf = 0x0a;

interface StoredRecord extends QuarantinedLine {
  destination: Destination;
  raw?: string;
  rawBase64?: string;
  rawFile?: string;
}

/** The quarantine of a folder, as runs have left it. */
export class QuarantineFolderReader implements QuarantineReader {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async lists(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw broken(this.folder, error);
    });
    return names
      .filter((name) => /^[0-9a-f]{32}\.jsonl$/.test(name))
      .toSorted()
      .map((name) => join(this.folder, name));
  }

  async *lines(list: string): AsyncGenerator<KeptLine> {
    for await (const text of splitLines(piecesOf(list))) {
      yield this.#kept(list, text);
    }
  }

  #kept(list: string, text: string): KeptLine {
    const { raw, rawBase64, rawFile, destination, ...line } = parseRecord(list, text);
    const bytes = raw === undefined ? rawBase64 : raw;
    return {
      line,
      destination,
      bytes: bytes === undefined ? undefined : Buffer.from(bytes, raw === undefined ? 'base64' : 'utf8'),
      rawFile: rawFile === undefined ? undefined : join(this.folder, rawFile),
    };
  }

  rawBytes(rawFile: string): AsyncIterable<Buffer> {
    return piecesOf(rawFile);
  }

  async takeOut(list: string, isMeant: (line: KeptLine) => boolean): Promise<void> {
    const rest = new QuarantineList(this.folder);
    try {
      for await (const text of splitLines(piecesOf(list)))
        if (!isMeant(this.#kept(list, text))) await rest.add(`${text}\n`);
      // What stays is there under its new name before the old list goes.
      const kept = await rest.seal();
      if (kept !== list) await this.#remove(list);
    } catch (error) {
      throw isAuditExportError(error) ? error : broken(list, error);
    }
  }

  async #remove(list: string): Promise<void> {
    const files = new Set<string>();
    for await (const { rawFile } of this.lines(list)) if (rawFile !== undefined) files.add(rawFile);
    await rm(list, { force: true });
    for (const other of await this.lists())
      for await (const { rawFile } of this.lines(other)) if (rawFile !== undefined) files.delete(rawFile);
    await Promise.all([...files].map((file) => rm(file, { force: true })));
  }

  async noteDropped(records: readonly object[]): Promise<string> {
    const path = join(this.folder, droppedName);
    try {
      const file = await open(path, 'a', 0o600);
      try {
        await file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        await file.sync();
      } finally {
        await file.close();
      }
      return path;
    } catch (error) {
      throw broken(path, error);
    }
  }
}

/** What is written down of lines that somebody has dropped. */
const droppedName = 'dropped.jsonl';

function broken(path: string, error: unknown): AuditExportError {
  return new AuditExportError(
    'quarantine-failed',
    `The quarantine ${path} can't be used: ${(error as Error).message}.`,
    {
      cure: 'Check the folder after --quarantine, and that this user may read and write it.',
      cause: error,
    },
  );
}

/** A list is a file that anybody may have changed: a name in it must not lead out of the folder. */
const rawFileName = /^[0-9a-f]{32}\.raw$/;

function parseRecord(list: string, text: string): StoredRecord {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw broken(list, error);
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw broken(list, new Error('a record is no object'));
  const { rawFile, destination } = record as Partial<StoredRecord>;
  if (typeof destination?.id !== 'string' || typeof destination.text !== 'string')
    throw broken(list, new Error('a record does not say where its line was to go'));
  if (rawFile !== undefined && !rawFileName.test(rawFile))
    throw broken(list, new Error(`${JSON.stringify(rawFile)} is no name of a raw file`));
  return record as StoredRecord;
}

async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(path)) yield piece as Buffer;
  } catch (error) {
    throw broken(path, error);
  }
}

/** Splits at LF only: text within a record may hold U+2028, which other readers take for a line end. */
async function* splitLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let carried: Buffer[] = [];
  for await (const bytes of pieces) {
    let start = 0;
    for (let newline = bytes.indexOf(lf); newline !== -1; newline = bytes.indexOf(lf, start)) {
      yield Buffer.concat([...carried, bytes.subarray(start, newline)]).toString('utf8');
      carried = [];
      start = newline + 1;
    }
    carried.push(bytes.subarray(start));
  }
}
