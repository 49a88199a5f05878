import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { AuditExportError } from '../../errors.ts';
import { cutAtFrames } from './zstd-frames.ts';

/** A compressed form that sources may have: how it begins, and how it is undone. */
interface CompressedForm {
  name: string;
  suffix: string;
  magic: Buffer;
  /** Undefined where this Node has no such decoder. */
  decoder: (() => Transform) | undefined;
  /** How the decoder wants its pieces cut. */
  cut: (pieces: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

/** Node has zstd from 22.15 and 23.8 on. */
const zstd = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;

const forms: readonly CompressedForm[] = [
  {
    name: 'gzip',
    suffix: '.gz',
    magic: Buffer.from([0x1f, 0x8b]),
    decoder: () => zlib.createGunzip({ chunkSize: 256 * 1024 }),
    cut: (pieces) => pieces,
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
 * Throws `source-broken` for data that ends too early or is damaged, `source-unsupported` where this Node lacks the
 * decoder.
 */
export async function* decompress(name: string, stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = stored[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const form = forms.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (form === undefined) {
    refuseEmpty(name, head);
    yield* rejoin(head, iterator);
    return;
  }
  if (form.decoder === undefined) {
    throw new AuditExportError(
      'source-unsupported',
      `${name} is compressed with ${form.name}, which Node ${process.versions.node} can't read.`,
      {
        cure: `Use Node 22.15 or newer, or pipe it: ${form.name} -dc ${name} | audit-export push`,
      },
    );
  }
  // Copies, for the source uses its buffer again while the decoder still works on the last piece.
  const decoded = form.decoder();
  // An error that comes while nobody reads is found by the next read.
  decoded.on('error', () => undefined);
  const pieces = form.cut(copies(rejoin(head, iterator)));
  pipeline(Readable.from(pieces, { objectMode: false }), decoded, () => undefined);
  try {
    for await (const piece of decoded) yield piece as Buffer;
  } catch (error) {
    if (error instanceof AuditExportError) throw error;
    throw new AuditExportError(
      'source-broken',
      `${name}: its ${form.name} data is damaged or ends too early (${messageOf(error)}).`,
      {
        cure: `Get a whole copy (test it with: ${form.name} -t ${name}) and push it again: what is stored already will not be stored twice.`,
        cause: error,
      },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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

/** An empty file is no gzip file: somebody's disk was full. */
function refuseEmpty(name: string, head: Buffer): void {
  const form = forms.find(({ suffix }) => name.endsWith(suffix));
  if (head.length > 0 || form === undefined) return;
  throw new AuditExportError('source-broken', `${name} is empty, which a ${form.name} file never is.`, {
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

async function* copies(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
