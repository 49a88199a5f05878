import type { Source, SourceFile } from '../../ports/source.ts';
import { archivedLog } from './archived-log.ts';
import type { Batch, BatchPart } from './batch.ts';
import { stillHolds } from './recognise-file.ts';

/** A source that is a regular file. */
export type FileSource = Source & { file: SourceFile };

export function isFileSource(source: Source): source is FileSource {
  return source.file !== undefined;
}

/** A part of a batch, and the file that it is in now. */
export interface FoundPart {
  part: BatchPart;
  source: FileSource;
}

/** The parts of a batch that were found. */
export interface FoundParts {
  found: FoundPart[];
  /** Whether every part was found: only then is it the same batch. */
  all: boolean;
  /** Whether any of them is in a file that the run was given. */
  isGiven: boolean;
}

/** Finds the files of batches again. */
export class PartFinder {
  readonly #sources: readonly FileSource[];
  readonly #byPlace: ReadonlyMap<string, FileSource>;
  /** Logs that were found in archives among the sources. */
  readonly #logs = new Set<FileSource>();
  readonly #reopen: (path: string) => Promise<FileSource | undefined>;

  /** `reopen` opens a file that a batch names and that is not among the sources; undefined if it is gone. */
  constructor(sources: readonly FileSource[], reopen: (path: string) => Promise<FileSource | undefined>) {
    this.#sources = sources;
    this.#byPlace = new Map(
      sources.flatMap((source) => [
        [source.file.path, source] as const,
        [source.file.inode, source] as const,
      ]),
    );
    this.#reopen = reopen;
  }

  /** Whether any of the batch's files stands among the sources, by inode or path. */
  touches({ parts }: Batch): boolean {
    return parts.some((part) => this.#near(part).length > 0);
  }

  /** Whether all of them do. */
  covers({ parts }: Batch): boolean {
    return parts.filter(holdsBytes).every((part) => this.#near(part).length > 0);
  }

  /**
   * The batch's parts in their files, wherever these are now: at the same inode or path, where the batch says, or, copied
   * away or compressed, anywhere among the sources. `all` says whether every part was found: only then is it the same batch.
   */
  async find(batch: Batch): Promise<FoundParts> {
    const parts = batch.parts.filter(holdsBytes);
    const found: FoundPart[] = [];
    for (const part of parts) {
      const source = await this.#fileOf(part);
      if (source !== undefined) found.push({ part, source });
    }
    const given = new Set([...this.#sources, ...this.#logs]);
    return {
      found,
      all: found.length === parts.length,
      isGiven: found.some(({ source }) => given.has(source)),
    };
  }

  async #archived(part: BatchPart): Promise<FileSource | undefined> {
    for (const archive of this.#sources) {
      const log = await archivedLog(part, archive);
      if (log === undefined) continue;
      this.#logs.add(log);
      return log;
    }
    return undefined;
  }

  #near({ inode, path }: BatchPart): FileSource[] {
    return [this.#byPlace.get(inode), this.#byPlace.get(path)].filter((source) => source !== undefined);
  }

  async #fileOf(part: BatchPart): Promise<FileSource | undefined> {
    for (const source of this.#near(part)) if (await holds(part, source)) return source;
    const source = await this.#reopen(part.path);
    if (source !== undefined && (await holds(part, source))) return source;
    for (const other of this.#sources) if (await holds(part, other)) return other;
    return this.#archived(part);
  }
}

/** Half a line that was read again when it was whole leaves a part of nothing, which is in every file. */
function holdsBytes({ from, to }: BatchPart): boolean {
  return to > from.stored;
}

function holds({ headHash, tailHash, to }: BatchPart, { file }: FileSource): Promise<boolean> {
  return stillHolds({ stored: to, headHash, tailHash }, file);
}
