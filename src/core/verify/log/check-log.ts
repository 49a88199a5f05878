import type { Layout } from '../../layout/layout.ts';
import type { Leaf } from '../../log/leaf.ts';
import { originOf, parseLogKey, sizeInPath } from '../../log/log-keys.ts';
import type { VerifierKey } from '../../log/signed-note.ts';
import { formatVerifierKey } from '../../log/signed-note.ts';
import type { StoreReader } from '../../../ports/store/store-reader.ts';
import type { FindingBook } from '../finding.ts';
import type { StoredCheckpoint } from './checkpoints.ts';
import { judgeSignatures, readCheckpoints } from './checkpoints.ts';
import { findTarget } from './find-target.ts';
import { leafOf } from '../../log/leaf.ts';
import type { LeafSums } from './judge-leaves.ts';
import { LeafJudge } from './judge-leaves.ts';
import { isSameKey, KeyChain } from './key-chain.ts';
import type { Lineage } from './lineage.ts';
import type { ListedLog } from './list-logs.ts';
import { LogFiles } from './log-files.ts';
import type { WalkedLog } from './walk-log.ts';
import { walkLog } from './walk-log.ts';
import { judgeClaims, readClaims } from '../announced/claims.ts';
import { reportGoneTiles } from '../announced/gone-tiles.ts';
import type { Witnessed } from '../witnesses.ts';
import { judgeWitnesses } from '../witnesses.ts';

/** One log after it was checked. */
export interface CheckedLog {
  id: string;
  files: LogFiles;
  /** The newest checkpoint that a key of the log has signed. */
  newest: StoredCheckpoint | undefined;
  /** How many checkpoints are as they were signed. */
  checkpoints: number;
  /** The keys of the log, in their order; whether one of them is the auditor's. */
  keys: readonly VerifierKey[];
  keyIsGiven: boolean;
  sums: LeafSums;
  /** What the witnesses have seen of it that the auditor names. */
  witnessed: readonly Witnessed[];
  /** To be ended when all logs are read. */
  judge: LeafJudge;
  /** Roots that were computed, by size. */
  roots: ReadonlyMap<number, Buffer>;
}

export interface CheckLogOptions {
  reader: StoreReader;
  /** Keys that the auditor has from elsewhere; none: the log's own word is taken. */
  given: readonly VerifierKey[];
  /** Keys of witnesses whose cosignatures are to be checked. */
  witnesses?: readonly VerifierKey[] | undefined;
  /** Sizes at which roots are wanted beside those of checkpoints. */
  sizes?: readonly number[];
  lineage: Lineage;
  /** How long the log may say nothing (milliseconds), if not as long as it has recorded. */
  silentMs?: number | undefined;
  book: FindingBook;
  /** `layout`: by which the object of a leaf was filed, where its run has recorded that. */
  onLeaf: (leaf: Leaf, index: number, layout: Layout | undefined) => void;
}

/**
 * Checks one log from its first byte to its last: signatures, keys, each entry against the tiles and those against the signed root,
 * each older checkpoint against the newest, and what the leaves say of runs and time: the judge of that is ended when all logs
 * are read. Leaves are handed over in order.
 */
export async function checkLog(listed: ListedLog, options: CheckLogOptions): Promise<CheckedLog> {
  const { book } = options;
  const log = listed.id;
  const files = new LogFiles(log, options.reader, book);
  // One key may sign many logs: in each it has the name of that log.
  const given = options.given.map((key) => ({ ...key, name: originOf(log) }));
  const checkpoints = await readCheckpoints(listed.checkpoints, {
    files,
    sizeOf: (key) => sizeInPath('checkpoints', parseLogKey(key)?.path ?? ''),
    book,
  });
  const signed = await findTarget(checkpoints, { files, given });
  // One that nobody has signed still says what there should be.
  const target = signed ?? checkpoints.at(-1);
  const claims = await readClaims(listed.claims, { files, book });
  const chain = new KeyChain(log, book);
  const judge = new LeafJudge(log, book, options.lineage, options.silentMs);
  const wanted = [...checkpoints, ...claims.map(({ next }) => next)].map(({ size }) => size);
  const walked = await walkLog(
    {
      files,
      size: target?.size ?? 0,
      root: target?.root,
      wanted: [...new Set([...wanted, ...(options.sizes ?? [])])].sort((a, b) => a - b),
      partials: listed.partials,
      book,
    },
    (entry, index) => take(entry, index, { chain, judge, options, log }),
  );
  const good = await judgeSigned(checkpoints, { listed, files, chain, given, options });
  judgeRoots(good, { walked, log, book });
  if (listed.isWhole) {
    const newest = good.at(-1)?.size ?? 0;
    await judgeClaims(claims, { listed, newest, roots: walked.roots, files, book });
    await reportGoneTiles(listed, good, { files, book });
  }
  return {
    id: log,
    files,
    newest: good.at(-1),
    checkpoints: new Set(good.map(({ size }) => size)).size,
    keys: chain.all,
    keyIsGiven:
      chain.all.length === 0
        ? given.length > 0 && good.length > 0
        : chain.all.some((key) => given.some((one) => isSameKey(one, key))),
    sums: judge.sums,
    witnessed: judgeWitnesses(good, options.witnesses ?? [], { log, book }),
    judge,
    roots: walked.roots,
  };
}

/** Gives the checkpoints that are signed as they should be, and tells of the others. */
async function judgeSigned(
  checkpoints: readonly StoredCheckpoint[],
  {
    listed,
    files,
    chain,
    given,
    options,
  }: {
    listed: ListedLog;
    files: LogFiles;
    chain: KeyChain;
    given: readonly VerifierKey[];
    options: CheckLogOptions;
  },
): Promise<readonly StoredCheckpoint[]> {
  const { book } = options;
  const log = listed.id;
  if (checkpoints.length === 0) return [];
  if (chain.all.length === 0) await openFromOlder(chain, { listed, files });
  // Where the leaf that names the key is lost, what the auditor has still tells.
  if (chain.all.length > 0) {
    judgeKeys({ chain, given, options, log });
    return judgeSignatures(checkpoints, (size) => chain.keysAt(size), { log, book });
  }
  if (given.length > 0) return judgeSignatures(checkpoints, () => given, { log, book });
  const why = 'the leaf that names its key can not be read';
  book.addUnproven({ what: `who has signed the log ${log}`, why });
  return checkpoints;
}

function take(
  entry: Buffer,
  index: number,
  {
    chain,
    judge,
    options,
    log,
  }: { chain: KeyChain; judge: LeafJudge; options: CheckLogOptions; log: string },
): void {
  const leaf = leafOf(entry);
  if (leaf === undefined) {
    const message = `Leaf ${index} is no leaf that audit-export writes.`;
    options.book.add({ code: 'entry-altered', log, leaf: index, message });
    return;
  }
  if (leaf.kind === 'open') chain.open(leaf, index);
  if (leaf.kind === 'key') chain.rotate(leaf, index);
  judge.take(leaf, index);
  options.onLeaf(leaf, index, leaf.kind === 'object' ? judge.layoutOf(leaf.run) : undefined);
}

/** A log must be signed by one of the keys that the auditor has, if there are any. */
function judgeKeys({
  chain,
  given,
  options,
  log,
}: {
  chain: KeyChain;
  given: readonly VerifierKey[];
  options: CheckLogOptions;
  log: string;
}): void {
  if (options.given.length === 0) return;
  if (chain.all.some((key) => given.some((one) => isSameKey(one, key)))) return;
  const own = chain.all.map(formatVerifierKey).join(', ');
  options.book.add({
    code: 'foreign-key',
    log,
    message: `The log ${log} is none of a key after --key${own === '' ? '' : `: it names ${own}`}.`,
  });
}

/** Each checkpoint has the root that the leaves make up to its size; where it does not, either they or it are others than were signed. */
function judgeRoots(
  checkpoints: readonly StoredCheckpoint[],
  { walked, log, book }: { walked: WalkedLog; log: string; book: FindingBook },
): void {
  const wrong = checkpoints.filter(({ size, root }) => walked.roots.get(size)?.equals(root) === false);
  const rightAt = checkpoints.filter(({ size, root }) => walked.roots.get(size)?.equals(root) === true);
  for (const { key, size } of wrong) {
    const after = rightAt.findLast((one) => one.size < size)?.size ?? 0;
    const isFork = rightAt.some((one) => one.size >= size);
    book.add({
      code: isFork ? 'log-forked' : 'entry-altered',
      key,
      log,
      leaf: after,
      message: isFork
        ? `The checkpoint of ${size} leaves is signed, but is not of the history that the others are of.`
        : `The leaves from ${after} to ${size - 1} are not those that the checkpoint of ${size} leaves was signed for.`,
    });
  }
}

/** Where the bundle is lost that names the key, an older, partial form of it still does. */
async function openFromOlder(
  chain: KeyChain,
  { listed, files }: { listed: ListedLog; files: LogFiles },
): Promise<void> {
  for (const width of listed.partials.get('entries/0') ?? []) {
    const { entries } = await files.entries({ level: 'entries', index: 0, width });
    const leaf = entries?.[0] === undefined ? undefined : leafOf(entries[0]);
    if (leaf?.kind === 'open') return chain.open(leaf, 0);
  }
}
