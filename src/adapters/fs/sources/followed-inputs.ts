import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { dirname, resolve } from 'node:path';
import type { FileSource } from '../../../core/files/look-at-content.ts';
import type {
  FollowedInputs,
  FollowedPipe,
  ScanChange,
  TakenFiles,
} from '../../../ports/sources/followed-inputs.ts';
import type { FileAccess } from './file-source.ts';
import { fileSourceOf, inodeOf } from './file-source.ts';
import { filesOnDisk } from './files-on-disk.ts';
import { fifoPipe, streamPipe } from './followed-pipe.ts';
import { openFile } from '../read-file.ts';
import type { FollowedInput, FoundFile } from './scan-inputs.ts';
import { lookAtInput, scanInputs } from './scan-inputs.ts';
import { unusableStdin } from './stdin-state.ts';
import type { KnownFile } from '../../../ports/sources/known-file.ts';

/** Silent files beyond this number are closed until they are looked at again. */
const mostOpenFiles = 512;
/** A file that was renamed or deleted is let go when it has not grown for so many looks. */
const restScans = 600;

export interface FollowedInputsOptions {
  /** Read for `-`, and where no input is named. */
  stdin: Readable;
  /** Folders that are left out when a folder or a glob is searched. */
  exceptBelow: readonly string[];
}

/**
 * Opens inputs to be followed: files, folders, globs, named pipes, `-`. A file need not be there yet, its folder must. Throws
 * `source-unreadable` for what can't be followed.
 */
export async function openFollowed(
  inputs: readonly string[],
  { stdin, exceptBelow }: FollowedInputsOptions,
): Promise<FollowedInputs> {
  const named = [...new Set(inputs.length === 0 ? ['-'] : inputs)];
  const unusable = named.includes('-') ? unusableStdin(stdin) : undefined;
  if (unusable !== undefined) throw unusable;
  const looked = await Promise.all(named.filter((input) => input !== '-').map((input) => lookAtInput(input)));
  const pipes: FollowedPipe[] = [
    ...(named.includes('-') ? [streamPipe('stdin', stdin)] : []),
    ...looked.filter(({ kind }) => kind === 'pipe').map(({ input }) => fifoPipe(input)),
  ];
  return new HeldFiles(
    looked.filter((input): input is FollowedInput => input.kind !== 'pipe'),
    exceptBelow,
    pipes,
  );
}

/** A file that is followed. */
interface HeldFile {
  name: string;
  path: string;
  real: string;
  found: BigIntStats;
  handle: FileHandle | undefined;
  /** Whether it stands among the inputs; else it was renamed or deleted. */
  isListed: boolean;
  /** How often it was seen to have changed, and up to which change deliveries have looked at it. */
  changes: number;
  delivered: number;
  /** How often it was seen with content that was not there before, and up to which time that is noted. */
  renewed: number;
  noted: number;
  /** How often it was looked at before it last grew. */
  grewAt: number;
  /** How many readers have it now. */
  readers: number;
}

class HeldFiles implements FollowedInputs {
  readonly pipes: readonly FollowedPipe[];
  readonly hasFiles: boolean;
  readonly #inputs: readonly FollowedInput[];
  readonly #exceptBelow: readonly string[];
  readonly #held = new Map<string, HeldFile>();
  #listed: HeldFile[] = [];
  #scans = 0;
  #scanning: Promise<void> = Promise.resolve();
  /** Bytes that came and were not told yet, and what was found not to be there. */
  #bytes = 0;
  #absent: string[] = [];
  #troubles: [path: string, error: unknown][] = [];

  constructor(
    inputs: readonly FollowedInput[],
    exceptBelow: readonly string[],
    pipes: readonly FollowedPipe[],
  ) {
    this.#inputs = inputs;
    this.#exceptBelow = exceptBelow;
    this.pipes = pipes;
    this.hasFiles = inputs.length > 0;
  }

  async scan(onTrouble: (path: string, error: unknown) => void): Promise<ScanChange> {
    await this.#lookNow();
    for (const [path, error] of this.#troubles) onTrouble(path, error);
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#troubles = [];
    const fresh = [...this.#held.values()].filter(
      ({ renewed, noted, found: { size } }) => renewed > noted && size > 0n,
    );
    const noted = new Map(fresh.map((held) => [held, held.renewed]));
    return {
      bytes,
      fresh: fresh.map((held) => this.#source(held)),
      absent: this.#absent,
      noted: () => {
        for (const [held, renewed] of noted) held.noted = renewed;
      },
    };
  }

  /** One look at a time. */
  async #lookNow(): Promise<void> {
    this.#scanning = this.#scanning.catch(() => undefined).then(() => this.#scan());
    await this.#scanning;
  }

  async #scan(): Promise<void> {
    this.#scans++;
    const onTrouble = (path: string, error: unknown): void => void this.#troubles.push([path, error]);
    const found = await scanInputs(this.#inputs, this.#exceptBelow, onTrouble);
    const paths = new Set(found.map(({ path }) => path));
    const absent = this.#inputs.filter(({ kind, input }) => kind === 'file' && !paths.has(resolve(input)));
    this.#absent = absent.map(({ input }) => input);
    const listed: HeldFile[] = [];
    for (const one of found) {
      const held = await this.#meet(one).catch((error: unknown) => onTrouble(one.name, error));
      if (held !== undefined) listed.push(held);
    }
    const now = new Set(listed);
    for (const held of this.#held.values()) {
      held.isListed = now.has(held);
      if (!held.isListed) await this.#lookAgain(held);
    }
    this.#listed = listed;
    await this.#closeSilent();
  }

  take(all: boolean): TakenFiles {
    const looked = new Map<HeldFile, number>();
    return {
      files: async () => {
        await this.#lookNow();
        // They are of this delivery.
        this.#bytes = 0;
        const gone = [...this.#held.values()].filter(({ isListed }) => !isListed);
        const taken = [...gone, ...this.#listed].filter(
          (held) => all || held.changes > held.delivered || looked.has(held),
        );
        for (const held of taken) looked.set(held, held.changes);
        return taken.map((held) => this.#source(held));
      },
      settle: async (known) => {
        const waiting = new Set(
          [...known.values()].flatMap((file) => (file.waiting > 0 ? [file.inode] : [])),
        );
        // What has changed since is looked at by the next delivery; so is what waits for its end, which may be elsewhere.
        for (const [held, changes] of looked)
          held.delivered = waiting.has(inodeOf(held.found)) ? changes - 1 : changes;
        await this.#release(known);
      },
    };
  }

  async at(path: string): Promise<FileSource | undefined> {
    const source = await filesOnDisk.at(path);
    return source && this.#preferHeld(source);
  }

  /** Those that are on the disk, and those that were deleted and are held open still. */
  async beside(path: string): Promise<FileSource[]> {
    const onDisk = (await filesOnDisk.beside(path)).map((source) => this.#preferHeld(source));
    const seen = new Set(onDisk.map(({ file }) => file.inode));
    const deleted = [...this.#held.entries()]
      .filter(([inode, held]) => !held.isListed && !seen.has(inode) && dirname(held.real) === dirname(path))
      .map(([, held]) => this.#source(held));
    return [...onDisk, ...deleted];
  }

  /** Lets go of files that are gone, were read to their end, and have not grown for a while. */
  async #release(known: ReadonlyMap<string, KnownFile>): Promise<void> {
    const read = new Map([...known.values()].map((file) => [file.inode, file.at.stored]));
    for (const [inode, held] of this.#held) {
      const isRead = Number(held.found.size) <= (read.get(inode) ?? -1);
      if (held.isListed || held.readers > 0 || !isRead || this.#scans - held.grewAt < restScans) continue;
      this.#held.delete(inode);
      await held.handle?.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.pipes.map((pipe) => pipe.close().catch(() => undefined)));
    for (const { handle } of this.#held.values()) await handle?.close().catch(() => undefined);
    this.#held.clear();
  }

  /** A file that was found: held from now on, or held before and perhaps under another name. */
  async #meet({ name, path, found }: FoundFile): Promise<HeldFile> {
    const inode = inodeOf(found);
    const known = this.#held.get(inode);
    if (known !== undefined) {
      if (known.path !== path) {
        Object.assign(known, { name, path, real: await realPathOf(path) });
        known.changes++;
      }
      this.#noteSize(known, found);
      return known;
    }
    const handle = await open(path, 'r');
    const opened = await handle.stat({ bigint: true });
    const held: HeldFile = {
      name,
      path,
      real: await realPathOf(path),
      found: opened,
      handle,
      isListed: true,
      changes: 1,
      delivered: 0,
      renewed: 1,
      noted: 0,
      grewAt: this.#scans,
      readers: 0,
    };
    this.#held.set(inodeOf(opened), held);
    this.#bytes += Number(opened.size);
    return held;
  }

  /** A file that is not listed any more may still be written to. */
  async #lookAgain(held: HeldFile): Promise<void> {
    const found = await held.handle?.stat({ bigint: true }).catch(() => undefined);
    if (found !== undefined) this.#noteSize(held, found);
  }

  #noteSize(held: HeldFile, found: BigIntStats): void {
    const { size: before } = held.found;
    held.found = found;
    if (found.size === before) return;
    held.grewAt = this.#scans;
    held.changes++;
    this.#bytes += Number(found.size > before ? found.size - before : found.size);
    if (before === 0n || found.size < before) held.renewed++;
  }

  #source(held: HeldFile): FileSource {
    const { name, found, real, isListed } = held;
    const source = fileSourceOf(name, found, { real, access: this.#access(held) });
    return isListed ? source : { ...source, file: { ...source.file, isAway: true } };
  }

  /** A file that is held open is read by its descriptor, whatever becomes of its name. */
  #preferHeld(source: FileSource): FileSource {
    const held = this.#held.get(source.file.inode);
    if (held?.handle === undefined) return source;
    const { name, file } = source;
    return fileSourceOf(name, held.found, { real: file.real, access: this.#access(held) });
  }

  #access(held: HeldFile): FileAccess {
    return {
      open: async () => {
        held.handle ??= await openFile(held.path, inodeOf(held.found));
        held.readers++;
        return held.handle;
      },
      done: async () => {
        held.readers--;
      },
      stat: async () =>
        held.isListed || held.handle === undefined
          ? stat(held.path, { bigint: true })
          : held.handle.stat({ bigint: true }),
    };
  }

  async #closeSilent(): Promise<void> {
    const open = [...this.#held.values()].filter(({ handle }) => handle !== undefined);
    if (open.length <= mostOpenFiles) return;
    const silent = open
      .filter(({ isListed, readers }) => isListed && readers === 0)
      .toSorted((a, b) => a.grewAt - b.grewAt);
    for (const held of silent.slice(0, open.length - mostOpenFiles)) {
      const { handle } = held;
      held.handle = undefined;
      await handle?.close();
    }
  }
}

async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
