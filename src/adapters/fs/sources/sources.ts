import type { BigIntStats } from 'node:fs';
import { constants, open } from 'node:fs';
import { access, lstat, readdir, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import { isOwnName } from '../../../core/layout/own-names.ts';
import { byLogAndAge } from '../../../core/lines/rotated-name.ts';
import type { Shard } from '../../../core/push/shard.ts';
import { isInShard } from '../../../core/push/shard.ts';
import type { Source } from '../../../ports/sources/source.ts';
import { decompress } from '../compression/decompress.ts';
import { fileSource, inodeOf } from './file-source.ts';
import { notUtf8, openFile, unreadable } from '../read-file.ts';
import { unusableStdin } from './stdin-state.ts';

export interface OpenSourcesOptions {
  /** Read for `-`, and where no input is named. */
  stdin: Readable;
  signal: AbortSignal;
  /** Folders (and `s3://bucket/prefix`) that are left out when one is searched: what a run writes is not what it reads. */
  exceptBelow: readonly string[];
  /** Opens `s3://bucket/…`. */
  openBucket?: (
    input: string,
    choice: Pick<OpenSourcesOptions, 'exceptBelow' | 'shard'>,
  ) => Promise<Source[]>;
  /** Of all inputs, only those of this share. */
  shard?: Shard | undefined;
}

/**
 * Turns the inputs of a command line (files, folders, globs, `-`) into sources, each once, in an order that does not
 * depend on the file system: by the bytes of their names, those of one log by age. What does not exist or can't be read
 * is a source that says so when it is read, and no matter of the others; where there is nothing else, this throws
 * `source-unreadable`.
 */
export async function openSources(inputs: readonly string[], options: OpenSourcesOptions): Promise<Source[]> {
  const sources: Source[] = [];
  const seen = new Set<string>();
  for (const input of inputs.length === 0 ? ['-'] : inputs) {
    for await (const { identity, below, source } of searchInput(input, options)) {
      if (seen.has(identity)) continue;
      seen.add(identity);
      if (options.shard === undefined || isInShard(below, options.shard)) sources.push(source);
    }
  }
  if (sources.length > 0 && sources.every(({ isUnreadable }) => isUnreadable)) await throwWhy(sources);
  return sources;
}

/** Throws why the first of these can't be read. */
async function throwWhy([first]: readonly Source[]): Promise<void> {
  for await (const _ of first?.read(() => undefined) ?? []) return;
}

interface Found {
  identity: string;
  /** Its name without what differs from machine to machine: the path below the folder that was named. */
  below: string;
  source: Source;
}

async function* searchInput(input: string, options: OpenSourcesOptions): AsyncGenerator<Found> {
  if (input === '-') {
    yield { identity: '-', below: '-', source: stdinSource(options) };
  } else if (options.openBucket !== undefined && /^s3:\/\//i.test(input)) {
    for (const source of await options.openBucket(input, options))
      yield { identity: source.name, below: source.name, source };
  } else yield* searchPath(input, options);
}

async function* searchPath(input: string, options: OpenSourcesOptions): AsyncGenerator<Found> {
  for (const { path, failure } of await pathsOf(input, options.exceptBelow)) {
    const below = path === input || isGlob(input) ? path : relative(input, path);
    if (failure === undefined && path !== input && (await isGone(path))) continue;
    const found = failure === undefined ? await sourceAt(path, options) : unreadableSource(path, failure);
    yield { ...found, below: below.split(sep).join('/') };
  }
}

/**
 * A log that was rotated since its folder was listed: it is found under its new name, now or by the next run. A name that
 * is not UTF-8 can't be asked for: whoever opens it says so.
 */
async function isGone(path: string): Promise<boolean> {
  if (path.includes(notUtf8)) return false;
  return lstat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

/** A file, or what can't be looked at, with why. */
interface FoundPath {
  path: string;
  failure?: AuditExportError;
}

async function pathsOf(input: string, exceptBelow: readonly string[]): Promise<FoundPath[]> {
  try {
    const found = await stat(input).catch((error: unknown) => {
      if (isGlob(input) && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(input, error);
    });
    if (found !== undefined && !found.isDirectory()) return [{ path: input }];
    const paths = found === undefined ? await globPaths(input) : await folderPaths(input);
    const written = exceptBelow.map((folder) => `${resolve(folder)}${sep}`);
    return paths
      .filter(({ path }) => !written.some((folder) => resolve(path).startsWith(folder)))
      .toSorted((a, b) => byLogAndAge(a.path, b.path));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [{ path: input, failure: error }];
  }
}

function isUnreadable(error: unknown): error is AuditExportError {
  return isAuditExportError(error) && error.code === 'source-unreadable';
}

function unreadableSource(path: string, failure: AuditExportError): { identity: string; source: Source } {
  return {
    identity: `unreadable ${path}`,
    source: {
      name: path,
      storedBytes: undefined,
      isUnreadable: true,
      // oxlint-disable-next-line require-yield -- there is nothing to be had of it
      async *read() {
        throw failure;
      },
    },
  };
}

function isGlob(input: string): boolean {
  return /[*?[\]{}]/.test(input);
}

async function globPaths(pattern: string): Promise<FoundPath[]> {
  const { glob } = await import('tinyglobby');
  const paths = await glob(pattern, { onlyFiles: true, dot: false, expandDirectories: false });
  if (paths.length > 0) return paths.map((path) => ({ path }));
  throw new AuditExportError('source-unreadable', `No file matches ${pattern}.`, {
    cure: 'Check the pattern; in a shell, put it between single quotes.',
  });
}

/**
 * All files below a folder but the hidden ones and those of this tool itself. Links to files are followed, links to folders
 * are not (they can go in circles); pipes and devices are left out, for nobody knows whether they end.
 */
async function folderPaths(folder: string): Promise<FoundPath[]> {
  const paths: FoundPath[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(folder, error),
  );
  if (!Array.isArray(entries)) return [{ path: folder, failure: entries }];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || isOwnName(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...(await folderPaths(path)));
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFileBehind(path)))) paths.push({ path });
  }
  return paths;
}

/** A link that leads nowhere counts as a file: reading it says what is wrong. */
async function isFileBehind(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined || found.isFile();
}

/** A file is the same file under any name: by another path, a link or an alias it would be read twice. */
async function sourceAt(
  path: string,
  options: OpenSourcesOptions,
): Promise<{ identity: string; source: Source }> {
  const found = await look(path);
  if (found instanceof AuditExportError) return unreadableSource(path, found);
  const identity = inodeOf(found);
  if (found.isFIFO()) return { identity, source: pipeSource(path, options) };
  if (!found.isFile()) return { identity, source: deviceSource(path) };
  return { identity, source: await fileSource(path) };
}

/** What stands there, or why it can't be read: what only turns out when it is opened would stop others in a batch. */
async function look(path: string): Promise<BigIntStats | AuditExportError> {
  try {
    const found = await stat(path, { bigint: true });
    await access(path, constants.R_OK);
    return found;
  } catch (error) {
    return unreadable(path, error);
  }
}

/** A device says nothing of its size, and has no places: it is read as it comes. */
function deviceSource(path: string): Source {
  return {
    name: path,
    storedBytes: undefined,
    read: (onStoredBytes) => decompress(path, readDevice(path, onStoredBytes)),
  };
}

async function* readDevice(path: string, onStoredBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = await openFile(path);
  try {
    for await (const piece of file.createReadStream({ autoClose: false })) {
      onStoredBytes((piece as Buffer).length);
      yield piece as Buffer;
    }
  } finally {
    await file.close();
  }
}

/** A named pipe is read as a stream that can be let go of: opened as a file it would wait for a writer, deaf to Ctrl-C. */
function pipeSource(path: string, { signal }: OpenSourcesOptions): Source {
  return {
    name: path,
    storedBytes: undefined,
    read: (onStoredBytes) => decompress(path, readPipe(path, signal, onStoredBytes)),
  };
}

/** A plain descriptor: a `FileHandle` that nobody holds closes what it was opened for. */
const openDescriptor = promisify(open);

async function* readPipe(
  path: string,
  signal: AbortSignal,
  onStoredBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const fd = await openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const pipe = new Socket({ fd, readable: true, writable: false });
  yield* readStream(path, pipe, signal, onStoredBytes);
}

function stdinSource({ stdin, signal }: OpenSourcesOptions): Source {
  const failure = unusableStdin(stdin);
  if (failure !== undefined) return unreadableSource('stdin', failure).source;
  return {
    name: 'stdin',
    storedBytes: undefined,
    read: (onStoredBytes) => decompress('stdin', readStream('stdin', stdin, signal, onStoredBytes)),
  };
}

/** Reads a pipe until it ends, or until the signal is aborted: a pipe may be silent for hours. */
async function* readStream(
  name: string,
  stdin: Readable,
  signal: AbortSignal,
  onStoredBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const stop = (): void => {
    stdin.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const piece of stdin) {
      const bytes = piece as Buffer;
      onStoredBytes(bytes.length);
      yield bytes;
    }
  } catch (error) {
    if (signal.aborted) return;
    if ((error as NodeJS.ErrnoException).code === 'EBADF') throw unreadable(name, error);
    throw new AuditExportError(
      'source-broken',
      `${name} could not be read to its end: ${(error as Error).message}.`,
      {
        cure: 'Run it again: what is stored already will not be stored twice.',
        cause: error,
      },
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
