import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import type { QuarantinedLine } from '../../ports/quarantine.ts';
import type { QuarantineShelf, ShelvedLine } from '../../ports/quarantine-shelf.ts';

const lf = 0x0a;

interface StoredRecord extends QuarantinedLine {
  raw?: string;
  rawBase64?: string;
  rawFile?: string;
}

/** The quarantine of a folder, as runs have left it. */
export class QuarantineFolderShelf implements QuarantineShelf {
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

  async *lines(list: string): AsyncGenerator<ShelvedLine> {
    for await (const text of splitLines(piecesOf(list))) {
      const { raw, rawBase64, rawFile, ...line } = parseRecord(list, text);
      const bytes = raw === undefined ? rawBase64 : raw;
      yield {
        line,
        bytes: bytes === undefined ? undefined : Buffer.from(bytes, raw === undefined ? 'base64' : 'utf8'),
        rawFile: rawFile === undefined ? undefined : join(this.folder, rawFile),
      };
    }
  }

  rawBytes(rawFile: string): AsyncIterable<Buffer> {
    return piecesOf(rawFile);
  }

  async remove(lists: readonly string[]): Promise<void> {
    const files = new Set<string>();
    for (const list of lists) {
      for await (const { rawFile } of this.lines(list)) if (rawFile !== undefined) files.add(rawFile);
    }
    await Promise.all(lists.map((list) => rm(list, { force: true })));
    for (const list of await this.lists()) {
      for await (const { rawFile } of this.lines(list)) if (rawFile !== undefined) files.delete(rawFile);
    }
    await Promise.all([...files].map((file) => rm(file, { force: true })));
  }
}

function broken(path: string, error: unknown): AuditExportError {
  return new AuditExportError(
    'quarantine-failed',
    `The quarantine ${path} can't be read: ${(error as Error).message}.`,
    {
      cure: 'Check the folder after --quarantine, and that this user may read it.',
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
  const { rawFile } = record as Partial<StoredRecord>;
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
