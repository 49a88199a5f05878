import type { Source, SourceFile } from './source.ts';

/** Looks at files that were not named, to find what was rotated away. */
export interface FilesPort {
  /** The regular file that stands at a path now; undefined where there is none that can be looked at. */
  at: (path: string) => Promise<(Source & { file: SourceFile }) | undefined>;
  /** The regular files of a path's folder and of the folders in it; none where it can't be read. */
  beside: (path: string) => Promise<(Source & { file: SourceFile })[]>;
}
