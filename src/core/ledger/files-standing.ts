import type { FileSource } from './find-parts.ts';
import { recogniseArchive } from './recognise-archive.ts';
import { isUnchanged, KnownFiles } from './recognise-file.ts';
import type { Place, SourcePosition } from './source-position.ts';
import { beginning } from './source-position.ts';
import { wasCut } from './was-cut.ts';

/** A file of this run, and how far it has been delivered. */
export interface StandingFile {
  source: FileSource;
  /** Of its position, or a new one. */
  id: string;
  position: SourcePosition | undefined;
  /** Whether the position is another file's, of which this one is a copy: nobody has written it down yet. */
  isCopy: boolean;
  /** Where reading goes on. */
  from: Place;
}

/**
 * Says of each file how far it has been delivered. A second file that agrees with a position (a copy) goes on from the
 * same place under a new id, so that each goes its own way from there. A copy of all that is new in the other one is left
 * out: it is being rotated away, and is known by its content once the other one has been delivered.
 */
export async function standingOf(
  sources: readonly FileSource[],
  known: Iterable<SourcePosition>,
  newId: () => string,
): Promise<StandingFile[]> {
  const positions = Array.from(known);
  const knownFiles = new KnownFiles(positions);
  const files: StandingFile[] = [];
  for (const source of sources) {
    const file = await standing(source, knownFiles, newId);
    files.push(file.position === undefined ? await asArchive(file, positions, newId) : file);
  }
  const rotating = new Set<StandingFile>();
  for (const [owner, ...copies] of sharing(files))
    for (const copy of copies) {
      if (owner !== undefined && (await isCopyOf(copy, owner, owner.from.stored))) rotating.add(copy);
      else makeCopy(copy, newId());
    }
  for (const [original, copy] of namedAlike(files))
    if (!rotating.has(original) && (await isCopyOf(copy, original, 0))) rotating.add(copy);
  return files.filter((file) => !rotating.has(file));
}

/** Files that go on from one position: first the one that it was written down for, else the first of them. */
function sharing(files: readonly StandingFile[]): StandingFile[][] {
  const groups = new Map<string, StandingFile[]>();
  for (const file of files) {
    const group = groups.get(file.id) ?? [];
    groups.set(file.id, isOwner(file) ? [file, ...group] : [...group, file]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** New files that have another one's name and more, as `app.log.1` has that of `app.log`: they may be its copies. */
function namedAlike(files: readonly StandingFile[]): [StandingFile, StandingFile][] {
  const byPath = new Map(files.map((file) => [file.source.file.path, file]));
  return files.flatMap((copy): [StandingFile, StandingFile][] => {
    const { path } = copy.source.file;
    if (copy.position !== undefined) return [];
    for (let end = path.length - 1; end > path.lastIndexOf('/') + 1; end--) {
      const original = byPath.get(path.slice(0, end));
      if (original !== undefined) return [[original, copy]];
    }
    return [];
  });
}

const comparedAtOnce = 1024 * 1024;

/** Whether all that a file holds from a byte on is in the original as well; it may be a copy that is not finished. */
async function isCopyOf(
  { source: copy }: StandingFile,
  { source: original }: StandingFile,
  start: number,
): Promise<boolean> {
  const end = copy.file.storedBytes;
  if (end > original.file.storedBytes) return false;
  for (let at = start; at < end; at += comparedAtOnce) {
    const to = Math.min(at + comparedAtOnce, end);
    const bytes = await original.file.bytes(at, to);
    // Cut since: now the copy is finished, and everything has to be looked at anew.
    if (bytes.length < to - at) throw wasCut(original.file.path);
    if (!bytes.equals(await copy.file.bytes(at, to))) return false;
  }
  return end > start;
}

async function standing(
  source: FileSource,
  known: KnownFiles<SourcePosition>,
  newId: () => string,
): Promise<StandingFile> {
  const found = await known.recognise(source.file);
  const position = found !== undefined && (await isUnchanged(found, source.file)) ? found : undefined;
  const from = position === undefined ? beginning : await behindLineEnding(position, source);
  return { source, id: position?.id ?? newId(), position, isCopy: false, from };
}

/** A log may have been compressed since it was delivered. */
async function asArchive(
  file: StandingFile,
  known: readonly SourcePosition[],
  newId: () => string,
): Promise<StandingFile> {
  const archive = await recogniseArchive(file.source, known, newId);
  if (archive === undefined) return file;
  return { ...file, id: archive.position.id, isCopy: true, ...archive };
}

/** Whether a position was written down for this very file. */
function isOwner({ source, position }: StandingFile): boolean {
  return source.file.inode === position?.inode;
}

function makeCopy(file: StandingFile, id: string): void {
  const { path, inode } = file.source.file;
  file.id = id;
  file.isCopy = true;
  file.position = file.position && { ...file.position, id, path, inode };
}

const lf = 0x0a;
const cr = 0x0d;

/** A last line that was delivered without a line ending may have got one since. */
async function behindLineEnding(position: SourcePosition, { file }: FileSource): Promise<Place> {
  const { stored, offset, lines, unterminated, plain } = position;
  if (!unterminated || !plain) return { stored, offset, lines };
  const [first, second] = await file.bytes(stored, stored + 2);
  const ending = first === lf ? 1 : first === cr && second === lf ? 2 : 0;
  return { stored: stored + ending, offset: offset + ending, lines };
}
