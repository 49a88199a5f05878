import { isAuditExportError } from '../../../errors.ts';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import type { ObjectLeaf } from '../../log/leaf.ts';
import { partitionProbeName, unfinishedName } from '../../layout/own-names.ts';
import { eachAtOnce } from '../each-at-once.ts';
import type { WorkingNotes } from '../announced/working-notes.ts';
import type { FindingBook } from '../finding.ts';
import type { LostRun } from '../log/judge-leaves.ts';
import { unprovenOf } from '../log/log-files.ts';
import type { Claim, Claims } from './claims.ts';
import { Claims as ClaimIndex } from './claims.ts';
import { hashInName, timesOfKey } from './partition-of-key.ts';
import type { Content, ContentForm, ReadContentOptions } from './read-content.ts';
import { formOfName, NoZstd, readContent } from './read-content.ts';

/** Hears the content of one object. */
export interface ContentEar {
  take: (piece: Buffer) => void;
  end: () => void;
}

/** What was looked at. */
export interface ObjectSums {
  listed: number;
  /** Objects whose content was read, and its uncompressed bytes and lines. */
  read: number;
  bytes: number;
  lines: number;
  storedBytes: number;
  /** The tool's own and folder markers. */
  leftOut: number;
  /** Objects that no log tells of yet, of writers that are at work. */
  inFlight: number;
}

export interface CheckObjectsOptions {
  reader: StoreReader;
  claims: Claims;
  book: FindingBook;
  sums: ObjectSums;
  /** Read and hash contents; else only look what is there. */
  contents: boolean;
  /** Whether a key, of this hash, is looked at in this pass. */
  inPass: (key: string, keyHash: Buffer) => boolean;
  /** From when until when (exclusive, epoch milliseconds) objects are looked at. */
  window: { from: number; to: number };
  atOnce: number;
  /** The leaf of a claim, read once more; undefined where it can't be. */
  leafOf: (claim: Claim) => Promise<ObjectLeaf | undefined>;
  /** Called with each object that is as it should be, and its content piece by piece, where contents are read. */
  onContent?: ((key: string, claim: Claim) => ContentEar) | undefined;
  onProgress: () => void;
  /** Ids of logs, by their numbers. */
  logs: readonly string[];
  /** Who may be storing what has no leaf yet. */
  working: Pick<WorkingNotes, 'refresh' | 'covers'>;
  /** The last run that may have stored what no leaf tells of. */
  lost?: LostRun | undefined;
}

const altered = 'It holds something else than what was delivered.';
const missing = 'It was delivered, and is not there.';

/** Keys of which no log knows, to look whether one of them is what is missing; more are named as they are. */
const mostUnclaimed = 100_000;
/** Objects that are missing and named by their leaf. */
const mostNamed = 1000;

/**
 * Holds what lies in the store against what the logs say: everything that was delivered is there and holds what it held, and
 * nothing else is there.
 */
export async function checkObjects(options: CheckObjectsOptions): Promise<void> {
  const unclaimed: StoredObject[] = [];
  try {
    await checkListed(unclaimed, options);
  } catch (error) {
    if (!isAuditExportError(error) || error.code !== 'access-denied') throw error;
    options.book.addUnproven(
      unprovenOf(error, 'that there are no other objects than those that were delivered'),
    );
    await checkByKey(options);
    return;
  }
  await settleMissing(unclaimed, options);
}

async function checkListed(unclaimed: StoredObject[], options: CheckObjectsOptions): Promise<void> {
  await eachAtOnce(listed(options), options.atOnce, async ({ object, keyHash }) => {
    const seen = options.claims.see(keyHash);
    if (seen !== undefined) {
      if (options.contents && !options.claims.isOutside(seen.record))
        await checkContent(object, seen.claim, options);
    } else if (!options.claims.isRetired(keyHash) && isInWindow(object.key, options.window)) {
      if (unclaimed.length < mostUnclaimed) unclaimed.push(object);
      else reportUnclaimed(object, options);
    }
    options.onProgress();
  });
}

/** Where nothing can be listed, each object that was delivered is asked for by its key. */
async function checkByKey(options: CheckObjectsOptions): Promise<void> {
  const { claims, contents, book } = options;
  if (!contents) {
    book.addUnproven({
      what: 'which objects are there',
      why: 'nothing can be listed, and --quick reads none',
    });
    return;
  }
  await eachAtOnce(unseen(claims), options.atOnce, async (record) => {
    const claim = claims.read(record);
    const leaf = await options.leafOf(claim);
    if (leaf === undefined) return;
    claims.markSeen(record);
    await checkContent({ key: leaf.key, size: Number.MAX_SAFE_INTEGER }, claim, options);
    options.onProgress();
  });
}

async function* unseen(claims: Claims): AsyncGenerator<number> {
  yield* claims.missing();
}

async function* listed(
  options: CheckObjectsOptions,
): AsyncGenerator<{ object: StoredObject; keyHash: Buffer }> {
  const { reader, sums, inPass } = options;
  for await (const object of reader.list('')) {
    const { key, size } = object;
    if (isOwn(key) || (size === 0 && key.endsWith('/'))) {
      sums.leftOut++;
      continue;
    }
    const keyHash = ClaimIndex.keyHash(key);
    if (!inPass(key, keyHash)) continue;
    sums.listed++;
    yield { object, keyHash };
  }
}

/**
 * Names that begin with `_` are the tool's own, and so is what the access test leaves in a partition, and what a delivery to a
 * folder had not finished when that was copied.
 */
function isOwn(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return key.startsWith('_') || name === partitionProbeName || unfinishedName.test(name);
}

function isInWindow(key: string, { from, to }: { from: number; to: number }): boolean {
  const times = timesOfKey(key);
  return times === undefined || (times.from < to && times.to > from);
}

async function checkContent(
  { key, size }: Pick<StoredObject, 'key' | 'size'>,
  claim: Claim,
  options: CheckObjectsOptions,
): Promise<void> {
  const { book, logs } = options;
  const about = { key, log: logs[claim.log] ?? '', leaf: claim.leaf };
  const onPiece = options.onContent?.(key, claim);
  const what = { key, size, mostBytes: claim.bytes + 1, form: formOfName(key), onPiece: onPiece?.take };
  const content = await contentOf(what, options);
  onPiece?.end();
  if (content === undefined) return;
  if (typeof content === 'string') {
    book.add({ ...about, code: 'object-altered', message: altered, detail: `It can't be read: ${content}.` });
    return;
  }
  if (content === gone) {
    book.add({ ...about, code: 'object-missing', message: missing });
    return;
  }
  const isSame = content.sha256.equals(claim.sha256);
  const sameCounts = content.bytes === claim.bytes && content.lines === claim.lines;
  const counts = `${content.lines} lines and ${content.bytes} bytes instead of ${claim.lines} and ${claim.bytes}`;
  if (!isSame)
    book.add({
      ...about,
      code: 'object-altered',
      message: altered,
      detail: `Its SHA-256 is ${content.sha256.toString('hex')}, delivered was ${claim.sha256.toString('hex')}.`,
    });
  else if (content.wrapper !== undefined)
    book.add({
      ...about,
      code: 'object-altered',
      message: altered,
      detail: `Its lines are what was delivered, but ${content.wrapper}.`,
    });
  if (!sameCounts)
    book.add({
      ...about,
      code: 'count-off',
      message: 'It has other numbers of lines or bytes than were delivered.',
      detail: `It has ${counts}.`,
    });
}

const gone = Symbol('gone');

/** What an object holds; a text where it is damaged; `gone` where there is none; undefined where it could not be read, which is in the book. */
async function contentOf(
  what: ReadContentOptions & { key: string },
  { reader, book, sums }: CheckObjectsOptions,
): Promise<Content | typeof gone | string | undefined> {
  try {
    const content = await readContent(reader.read(what.key), what);
    sums.read++;
    sums.bytes += content.bytes;
    sums.lines += content.lines;
    sums.storedBytes += what.size;
    return content;
  } catch (error) {
    if (error instanceof NoZstd)
      book.addUnproven({ what: 'what objects hold that are compressed with zstd', why: error.message });
    else if (isAuditExportError(error)) {
      if (error.details['gone'] === true) return gone;
      book.addUnproven(unprovenOf(error, 'what objects hold'));
    } else return (error as Error).message;
    return undefined;
  }
}

/** What is missing, and whether it lies under another key: its content tells, and where that is not read its name. */
async function settleMissing(
  unclaimed: readonly StoredObject[],
  options: CheckObjectsOptions,
): Promise<void> {
  const { claims } = options;
  if (unclaimed.length > 0) await options.working.refresh();
  const bySha = new Map<string, number[]>();
  let longest = 0;
  for (const record of claims.missing()) {
    if (bySha.size >= mostUnclaimed || unclaimed.length === 0) break;
    const { sha256, bytes } = claims.read(record);
    const name = sha256.toString('hex', 0, 16);
    bySha.set(name, [...(bySha.get(name) ?? []), record]);
    longest = Math.max(longest, bytes);
  }
  for (const object of unclaimed) {
    const name = bySha.size === 0 ? undefined : await hashOf(object, longest, options);
    const record = name === undefined ? undefined : bySha.get(name)?.shift();
    if (record === undefined) reportUnclaimed(object, options);
    else await reportRenamed(object.key, record, options);
  }
  let named = 0;
  for (const record of claims.missing()) await reportMissing(record, named++ < mostNamed, options);
}

/** The first 32 hex digits of the hash of an object's content. */
async function hashOf(
  { key, size }: StoredObject,
  mostBytes: number,
  options: CheckObjectsOptions,
): Promise<string | undefined> {
  if (!options.contents) return hashInName(key);
  const form = await formOf(key, options);
  const content = await contentOf({ key, size, mostBytes: mostBytes + 1, form }, options);
  return typeof content === 'object' ? content.sha256.toString('hex', 0, 16) : undefined;
}

/** How an object is compressed whose name may be any: its first bytes tell (RFC 1952, RFC 8878). */
async function formOf(key: string, { reader }: CheckObjectsOptions): Promise<ContentForm> {
  try {
    for await (const piece of reader.read(key)) {
      if (piece[0] === 0x1f && piece[1] === 0x8b) return 'gzip';
      return piece.length >= 4 && piece.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
    }
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
  }
  return 'none';
}

function reportUnclaimed(object: StoredObject, { book, lost, working, sums }: CheckObjectsOptions): void {
  if (working.covers(object)) {
    sums.inFlight++;
    return;
  }
  const why =
    lost === undefined
      ? 'What was delivered with --evidence off'
      : `Run ${lost.run}, which began at ${lost.time}, was killed, and may have stored it. What it read`;
  const cure =
    'has its place in the log once it is delivered again (push --again FILE, or through the pipe). What nobody knows of: remove it, or write down what it is (audit-export evidence retire KEY --reason TEXT).';
  book.add({ code: 'object-unclaimed', key: object.key, message: `No log tells of it. ${why} ${cure}` });
}

async function reportRenamed(key: string, record: number, options: CheckObjectsOptions): Promise<void> {
  const { claims, book, logs, leafOf } = options;
  const claim = claims.read(record);
  claims.markSeen(record);
  const leaf = await leafOf(claim);
  const was = leaf === undefined ? `leaf ${claim.leaf} says` : leaf.key;
  book.add({
    code: 'object-renamed',
    key,
    log: logs[claim.log] ?? '',
    leaf: claim.leaf,
    message: 'It was delivered under another key.',
    detail: `It was delivered as ${was}.`,
  });
}

async function reportMissing(record: number, isNamed: boolean, options: CheckObjectsOptions): Promise<void> {
  const { claims, book, logs, leafOf } = options;
  const claim = claims.read(record);
  const leaf = isNamed ? await leafOf(claim) : undefined;
  book.add({
    code: 'object-missing',
    ...(leaf === undefined ? {} : { key: leaf.key }),
    log: logs[claim.log] ?? '',
    leaf: claim.leaf,
    message: missing,
    detail: `It had ${claim.lines} ${claim.lines === 1 ? 'line' : 'lines'}.`,
  });
}
