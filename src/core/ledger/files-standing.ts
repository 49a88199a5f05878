import type { FileSource } from './find-parts.ts';
import { isUnchanged, KnownFiles } from './recognise-file.ts';
import type { Place, SourcePosition } from './source-position.ts';
import { beginning } from './source-position.ts';

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
  const knownFiles = new KnownFiles(known);
  const files: StandingFile[] = [];
  for (const source of sources) files.push(await standing(source, knownFiles, newId));
  const rotating = new Set<StandingFile>();
  for (const [owner, ...copies] of sharing(files))
    for (const copy of copies) {
      if (owner !== undefined && (await holdsTheSame(owner, copy))) rotating.add(copy);
      else makeCopy(copy, newId());
    }
  for (const [original, copy] of namedAlike(files))
    if (!rotating.has(original) && (await holdsTheSame(original, copy))) rotating.add(copy);
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

/** New files of which one has the other's name and more, as `app.log` and `app.log.1`: it may be its copy. */
function namedAlike(files: readonly StandingFile[]): [StandingFile, StandingFile][] {
  const fresh = new Map(
    files.flatMap((file) => (file.position === undefined ? [[file.source.file.path, file] as const] : [])),
  );
  return [...fresh].flatMap(([path, copy]): [StandingFile, StandingFile][] => {
    for (let end = path.length - 1; end > path.lastIndexOf('/') + 1; end--) {
      const original = fresh.get(path.slice(0, end));
      if (original !== undefined) return [[original, copy]];
    }
    return [];
  });
}

const comparedAtOnce = 1024 * 1024;

/** Whether what is new in one file is in the other, up to the end of the shorter. */
async function holdsTheSame(
  { source: one, from }: StandingFile,
  { source: other }: StandingFile,
): Promise<boolean> {
  const end = Math.min(one.file.storedBytes, other.file.storedBytes);
  for (let at = from.stored; at < end; at += comparedAtOnce) {
    const to = Math.min(at + comparedAtOnce, end);
    if (!(await one.file.bytes(at, to)).equals(await other.file.bytes(at, to))) return false;
  }
  return end > from.stored;
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
