import type { Source, SourceFile } from '../../ports/source.ts';
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
    return parts.every((part) => this.#near(part).length > 0);
  }

  /**
   * The batch's parts in their files, wherever these are now: at the same inode or path, where the batch says, or, copied
   * away, anywhere among the sources. `all` says whether every part was found: only then is it the same batch.
   */
  async find({ parts }: Batch): Promise<FoundParts> {
    const found: FoundPart[] = [];
    for (const part of parts) {
      const source = await this.#fileOf(part);
      if (source !== undefined) found.push({ part, source });
    }
    const given = new Set(this.#sources);
    return {
      found,
      all: found.length === parts.length,
      isGiven: found.some(({ source }) => given.has(source)),
    };
  }

  #near({ inode, path }: BatchPart): FileSource[] {
    return [this.#byPlace.get(inode), this.#byPlace.get(path)].filter((source) => source !== undefined);
  }

  async #fileOf(part: BatchPart): Promise<FileSource | undefined> {
    for (const source of this.#near(part)) if (await holds(part, source)) return source;
    const source = await this.#reopen(part.path);
    if (source !== undefined && (await holds(part, source))) return source;
    for (const other of this.#sources) if (await holds(part, other)) return other;
    return undefined;
  }
}

function holds({ headHash, tailHash, to }: BatchPart, { file }: FileSource): Promise<boolean> {
  return stillHolds({ stored: to, headHash, tailHash }, file);
}
