import type { Layout } from '../../layout/layout.ts';
import type { Leaf } from '../../log/leaf.ts';
import { parseCheckpoint } from '../../log/checkpoint.ts';
import { originOf, parseLogKey, sizeInPath } from '../../log/log-keys.ts';
import type { VerifierKey } from '../../log/signed-note.ts';
import { formatVerifierKey } from '../../log/signed-note.ts';
import type { StoreReader } from '../../../ports/store-reader.ts';
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
  judgeKeys({ chain, given, options, log });
  // Where the leaf that names the key is lost, what the auditor has still tells.
  const keysAt = (size: number): readonly VerifierKey[] =>
    chain.all.length === 0 ? given : chain.keysAt(size);
  const good = judgeSignatures(checkpoints, keysAt, { log, book });
  judgeRoots(good, { walked, log, book });
  judgeClaims(claims, { checkpoints: good, walked, log, book });
  return {
    id: log,
    files,
    newest: good.at(-1),
    checkpoints: new Set(good.map(({ size }) => size)).size,
    keys: chain.all,
    keyIsGiven: chain.all.some((key) => given.some((one) => isSameKey(one, key))),
    sums: judge.sums,
    witnessed: judgeWitnesses(good, options.witnesses ?? [], { log, book }),
    judge,
    roots: walked.roots,
  };
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

/** What was announced to come after a size. */
interface ReadClaim {
  key: string;
  after: number;
  next: { size: number; root: Buffer };
}

async function readClaims(
  keys: readonly string[],
  { files, book }: { files: LogFiles; book: FindingBook },
): Promise<ReadClaim[]> {
  const claims: ReadClaim[] = [];
  for (const key of keys) {
    const { bytes } = await files.read(key);
    if (bytes === undefined) continue;
    try {
      const next = parseCheckpoint(bytes.toString('utf8'));
      if (next.origin !== originOf(files.id)) throw new Error(`it is of ${next.origin}`);
      claims.push({ key, after: sizeInPath('claims', parseLogKey(key)?.path ?? '') ?? 0, next });
    } catch (error) {
      const message = `The announcement of a checkpoint was changed: ${(error as Error).message}`;
      book.add({ code: 'checkpoint-bad-signature', key, log: files.id, message });
    }
  }
  return claims;
}

/** What was announced is what was signed then; of what comes after the newest checkpoint nothing is signed yet. */
function judgeClaims(
  claims: readonly ReadClaim[],
  {
    checkpoints,
    walked,
    log,
    book,
  }: { checkpoints: readonly StoredCheckpoint[]; walked: WalkedLog; log: string; book: FindingBook },
): void {
  for (const { key, after, next } of claims) {
    const signed = checkpoints.find(({ size }) => size > after);
    if (signed === undefined) continue;
    const isSame = signed.size === next.size && walked.roots.get(next.size)?.equals(next.root) !== false;
    if (!isSame)
      book.add({
        code: 'log-forked',
        key,
        log,
        leaf: after,
        message: `What was announced to come after ${after} leaves is not what the checkpoint of ${signed.size} leaves is of.`,
      });
  }
}
