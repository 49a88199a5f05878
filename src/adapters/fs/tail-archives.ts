import { dirname, resolve } from 'node:path';
import { hashOf } from '../../core/follow/tailed-stream.ts';
import { TailedStream } from '../../core/follow/tailed-stream.ts';
import type { LineRules } from '../../core/follow/whole-lines.ts';
import { takeWholeLines } from '../../core/follow/whole-lines.ts';
import type { SourcePosition } from '../../core/ledger/source-position.ts';
import { hashedBytes } from '../../core/ledger/source-position.ts';
import type { TailedLines, TailEvent } from '../../ports/tail.ts';
import { decompress } from './decompress.ts';
import { lookBytes } from './tail-file.ts';
import { readFile } from './read-file.ts';
import type { FollowedInput, FoundFile } from './tail-scan.ts';
import { filesIn, isCompressedName, isRotatedName } from './tail-scan.ts';

export interface TailArchivesOptions {
  inputs: readonly FollowedInput[];
  /** How far files were read before. */
  known: readonly SourcePosition[];
  /** Archives that were last written before (epoch milliseconds) are passed over. */
  sinceMs: number;
  rules: LineRules;
  newId: () => string;
  onEvent: (event: TailEvent) => void;
  /** Whether a file was found again as it was: then an archive of it is a copy. */
  isOpen: (id: string) => boolean;
  /** Called when an archive was read to its end. */
  onRead: (stream: TailedStream) => void;
}

/**
 * Reads what was compressed before anybody had read it: the rest of a log of which the beginning was read, and logs
 * that came and went. An archive is known by its content once it is uncompressed; those that nothing was written to since
 * they were read are passed over by their time of change, which compressors keep.
 */
export async function* readArchives(
  options: TailArchivesOptions,
  folders: ReadonlySet<string>,
): AsyncGenerator<TailedLines> {
  for (const folder of folders) {
    const known = options.known.filter(({ path, stored }) => stored > 0 && dirname(path) === folder);
    if (known.length === 0) continue;
    const archives = (await filesIn(folder)).filter(
      (file) => file.modifiedMs >= options.sinceMs && mayHoldMore(file, known),
    );
    for (const archive of archives.toSorted((a, b) => a.modifiedMs - b.modifiedMs)) {
      try {
        yield* readArchive(archive, known, options);
      } catch (error) {
        const detail = `could not be looked at: ${(error as Error).message}`;
        options.onEvent({ kind: 'unreadable', name: archive.name, detail });
      }
    }
  }
}

function mayHoldMore({ path, modifiedMs }: FoundFile, known: readonly SourcePosition[]): boolean {
  if (!isCompressedName(path)) return false;
  const oldestMs = Math.min(...known.map((position) => position.modifiedMs));
  return modifiedMs > oldestMs && known.every((position) => position.modifiedMs !== modifiedMs);
}

async function* readArchive(
  archive: FoundFile,
  known: readonly SourcePosition[],
  { inputs, rules, newId, onEvent, isOpen, onRead }: TailArchivesOptions,
): AsyncGenerator<TailedLines> {
  const { bytes, begun } = await lookInto(archive, known);
  if (begun === undefined && !wasMissed(archive, known, inputs)) return;
  if (begun !== undefined && (begun.position.stored >= bytes || isOpen(begun.position.id))) return;
  const id = begun?.position.id ?? newId();
  const stream = begun === undefined ? freshStream(archive, id, rules) : goneOnWith(archive, begun);
  onEvent({ kind: 'found', name: archive.name, detail: `is read from byte ${stream.at.stored} on` });
  yield* readFrom(stream, archive, rules);
  onRead(stream);
}

function freshStream(archive: FoundFile, id: string, { wrapping }: LineRules): TailedStream {
  return new TailedStream({ ...archive, id, plain: wrapping === undefined });
}

function goneOnWith(archive: FoundFile, { position, head, tail }: Begun): TailedStream {
  const { id, plain, stored, offset, lines } = position;
  return new TailedStream(
    { ...archive, id, plain },
    { ...position, at: { stored, offset, lines }, head, tail },
  );
}

/** Reads the lines behind the stream's place. Its time of change is said with the last of them: then all of it was read. */
async function* readFrom(
  stream: TailedStream,
  { path, modifiedMs }: FoundFile,
  rules: LineRules,
): AsyncGenerator<TailedLines> {
  let toSkip = stream.at.stored;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of uncompressed(path)) {
    const skipped = Math.min(toSkip, piece.length);
    toSkip -= skipped;
    rest = Buffer.concat([rest, piece.subarray(skipped)]);
    if (rest.length < lookBytes) continue;
    for (let taken = take(stream, rest, rules); taken !== undefined; taken = take(stream, rest, rules)) {
      rest = taken.rest;
      yield taken.lines;
    }
  }
  stream.modifiedMs = modifiedMs;
  for (
    let last = take(stream, rest, rules, true);
    last !== undefined;
    last = take(stream, last.rest, rules, true)
  )
    yield last.lines;
}

function take(
  stream: TailedStream,
  bytes: Buffer,
  rules: LineRules,
  final = false,
): { lines: TailedLines; rest: Buffer } | undefined {
  const block = takeWholeLines(bytes, rules, final);
  if (block === undefined) return undefined;
  const record = stream.advance(block, bytes.subarray(0, block.stored));
  return { lines: { record, payload: block.payload }, rest: bytes.subarray(block.stored) };
}

interface Begun {
  position: SourcePosition;
  head: Buffer;
  tail: Buffer;
}

/** How long an archive is, uncompressed, and what was read of it before. */
async function lookInto(
  { path }: FoundFile,
  known: readonly SourcePosition[],
): Promise<{ bytes: number; begun: Begun | undefined }> {
  const windows = known.map((position) => ({
    position,
    head: Buffer.alloc(Math.min(position.stored, hashedBytes)),
    tail: Buffer.alloc(Math.min(position.stored, hashedBytes)),
  }));
  let bytes = 0;
  for await (const piece of uncompressed(path)) {
    for (const { position, head, tail } of windows) {
      copyOverlap(piece, bytes, head, 0);
      copyOverlap(piece, bytes, tail, position.stored - tail.length);
    }
    bytes += piece.length;
  }
  const begun = windows
    .filter(({ position, head, tail }) => {
      const { stored, headHash, tailHash } = position;
      return stored <= bytes && hashOf(head) === headHash && hashOf(tail) === tailHash;
    })
    .toSorted((a, b) => b.position.stored - a.position.stored);
  return { bytes, begun: begun[0] };
}

/** Copies what a piece that begins at `at` has of the window that begins at `start`. */
function copyOverlap(piece: Buffer, at: number, window: Buffer, start: number): void {
  const from = Math.max(at, start);
  const to = Math.min(at + piece.length, start + window.length);
  if (from < to) piece.copy(window, from - start, from - at, to - at);
}

/** Whether it was written after all that was read in its folder, or under its name: then nobody has read it. */
function wasMissed(
  { path, modifiedMs }: FoundFile,
  known: readonly SourcePosition[],
  inputs: readonly FollowedInput[],
): boolean {
  const plainPath = path.replace(/\.[a-zA-Z0-9]+$/, '');
  return inputs.some(({ kind, input }) => {
    const original = resolve(input);
    if (kind === 'file' && plainPath !== original && !isRotatedName(plainPath, original)) return false;
    const read = kind === 'file' ? known.filter((position) => position.path === original) : known;
    return read.length > 0 && read.every((position) => modifiedMs > position.modifiedMs);
  });
}

function uncompressed(path: string): AsyncIterable<Buffer> {
  return decompress(
    path,
    readFile(path, () => undefined),
  );
}
