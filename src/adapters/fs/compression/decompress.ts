import * as zlib from 'node:zlib';
import { shellWord } from '../../../core/language/shell-word.ts';
import { AuditExportError } from '../../../errors.ts';
import type { Decoding } from './decode-members.ts';
import { DamagedData, decodeMembers } from './decode-members.ts';
import { cutAtFrames } from './zstd-frames.ts';

/** A compressed form that sources may have: how it begins, and how it is undone. */
interface CompressedForm {
  name: string;
  suffix: string;
  magic: Buffer;
  /** Undefined where this Node has no such decoder. `chunkSize`: bytes of content that it makes at a time. */
  decoder: ((options: { chunkSize: number }) => ReturnType<Decoding['decoder']>) | undefined;
  cut?: Decoding['cut'];
}

/** Node has zstd from 22.15 and 23.8 on. */
const zstd = (zlib as { createZstdDecompress?: CompressedForm['decoder'] }).createZstdDecompress;

const usualChunkSize = 256 * 1024;

const forms: readonly CompressedForm[] = [
  {
    name: 'gzip',
    suffix: '.gz',
    magic: Buffer.from([0x1f, 0x8b]),
    decoder: zlib.createGunzip,
  },
  {
    name: 'zstd',
    suffix: '.zst',
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    decoder: zstd,
    cut: cutAtFrames,
  },
];

/** Whether a file that begins with these bytes (4 suffice) is compressed. */
export function isCompressed(head: Buffer): boolean {
  return forms.some(({ magic }) => head.subarray(0, magic.length).equals(magic));
}

/**
 * Undoes the compression of a source, which is told by its first bytes, not by its name: pipes have none, and names lie.
 * Throws `source-broken`, with the offset in the stored bytes, for data that ends too early, is damaged or is followed by
 * something else, and `source-unsupported` where this Node lacks the decoder. With `again`, which opens the same bytes once
 * more, all that is whole before a damaged place is yielded; without, that holds for the first MiB. `chunkSize`: bytes of content
 * that are made at a time.
 */
export async function* decompress(
  name: string,
  stored: AsyncIterable<Buffer>,
  again?: () => AsyncIterable<Buffer>,
  chunkSize = usualChunkSize,
): AsyncGenerator<Buffer> {
  const iterator = stored[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const form = forms.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  const pieces = rejoin(head, iterator);
  if (form === undefined) {
    refuseCutHead(name, head);
    yield* pieces;
    return;
  }
  const { decoder, cut } = form;
  if (decoder === undefined) {
    await iterator.return?.();
    throw new AuditExportError(
      'source-unsupported',
      `${name} is compressed with ${form.name}, which Node ${process.versions.node} can't read.`,
      {
        cure: `Use Node 22.15 or newer, or pipe it: ${form.name} -dc ${shellWord(name)} | audit-export push`,
      },
    );
  }
  const remembered = again === undefined ? new RememberedBytes(pieces) : undefined;
  const decoding = {
    decoder: () => decoder({ chunkSize }),
    cut,
    again: again ?? (() => remembered?.again()),
  };
  try {
    yield* decodeMembers(remembered?.pass() ?? pieces, decoding);
  } catch (error) {
    if (error instanceof DamagedData) throw broken(name, form, error);
    throw error;
  }
}

function broken(name: string, form: CompressedForm, damage: DamagedData): AuditExportError {
  const { storedOffset } = damage;
  return new AuditExportError(
    'source-broken',
    `${name}: its ${form.name} data is damaged, ends too early, or is followed by something else, at byte ${storedOffset} of the file (${damage.message}).`,
    {
      cure: `Get a whole copy (test it with: ${form.name} -t ${shellWord(name)}) and push it again: what is stored already will not be stored twice.`,
      details: { source: name, storedOffset },
      cause: damage,
    },
  );
}

const rememberedBytes = 1024 * 1024;

/** Keeps the first bytes of a stream, which can't be opened again, for as long as they are all. */
class RememberedBytes {
  readonly #stream: AsyncIterable<Buffer>;
  #pieces: Buffer[] | undefined = [];
  #bytes = 0;

  constructor(stream: AsyncIterable<Buffer>) {
    this.#stream = stream;
  }

  async *pass(): AsyncGenerator<Buffer> {
    for await (const piece of this.#stream) {
      this.#bytes += piece.length;
      if (this.#bytes > rememberedBytes) this.#pieces = undefined;
      // A copy, for the source uses its buffer again.
      this.#pieces?.push(Buffer.from(piece));
      yield piece;
    }
  }

  again(): AsyncIterable<Buffer> | undefined {
    return this.#pieces === undefined ? undefined : piecesOf(this.#pieces);
  }
}

async function* piecesOf(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

/** The first bytes, four or more unless the source is shorter. */
async function readHead(iterator: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

/** An empty file is no gzip file, nor is its first byte: somebody's disk was full. */
function refuseCutHead(name: string, head: Buffer): void {
  const form = forms.find(({ suffix }) => name.endsWith(suffix));
  if (form === undefined || !form.magic.subarray(0, head.length).equals(head)) return;
  const what = head.length === 0 ? 'is empty' : 'ends within its first bytes';
  throw new AuditExportError('source-broken', `${name} ${what}: it is no whole ${form.name} file.`, {
    cure: 'Get a whole copy and push it again.',
  });
}

async function* rejoin(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
