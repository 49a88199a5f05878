/** A file of an archive. */
export interface TarFile {
  /** With slashes; no slash at its beginning. */
  path: string;
  size: number;
  /** As many bytes as were said. */
  content: Iterable<Buffer> | AsyncIterable<Buffer>;
}

const blockBytes = 512;
const nameBytes = 100;
const prefixBytes = 155;
/** Files that only say how the next one is called (pax extended header). */
const paxType = 'x';
const fileType = '0';

/**
 * The bytes of a tar archive (POSIX.1-2001, ustar with pax headers for long names). Times, owners and modes are always the same, so
 * that the same files make the same bytes. Throws where a file has another number of bytes than was said.
 */
export async function* tarOf(files: AsyncIterable<TarFile>): AsyncGenerator<Buffer> {
  for await (const { path, size, content } of files) {
    yield* headerOf(path, size);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      yield piece;
    }
    if (written !== size) throw new Error(`${path} has ${written} bytes instead of ${size}`);
    yield padding(size);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function* headerOf(path: string, size: number): Generator<Buffer> {
  const split = splitPath(path);
  if (split === undefined) {
    const record = paxRecord('path', path);
    yield header({ name: 'pax', prefix: '' }, record.length, paxType);
    yield record;
    yield padding(record.length);
  }
  yield header(split ?? { name: path.slice(-nameBytes), prefix: '' }, size, fileType);
}

/** A path as ustar has room for it: up to 100 bytes behind a slash, up to 155 before it. */
function splitPath(path: string): { name: string; prefix: string } | undefined {
  if (Buffer.byteLength(path) !== path.length) return undefined;
  if (path.length <= nameBytes) return { name: path, prefix: '' };
  const slash = path.indexOf('/', path.length - nameBytes - 1);
  if (slash === -1 || slash > prefixBytes) return undefined;
  return { name: path.slice(slash + 1), prefix: path.slice(0, slash) };
}

/** `<length> <name>=<value>\n`, where the length counts itself. */
function paxRecord(name: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${name}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return Buffer.from(`${length} ${name}=${value}\n`);
}

function header({ name, prefix }: { name: string; prefix: string }, size: number, type: string): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0, nameBytes);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345, prefixBytes);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}
