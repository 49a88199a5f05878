import { AuditExportError } from '../../errors.ts';
import { canonicalJson } from '../canonical-json.ts';

/** Times are ISO 8601, UTC, with milliseconds; hashes are hex digits; keys are relative to the prefix. */
export type Leaf =
  | OpenLeaf
  | BeginLeaf
  | SourceLeaf
  | ObjectLeaf
  | EndLeaf
  | QuietLeaf
  | KeyLeaf
  | RetireLeaf
  | CloseLeaf;

/** The first leaf of a log: whose it is, and where one that it goes on from ended. */
export interface OpenLeaf {
  kind: 'open';
  time: string;
  /** `audit-export <version>`. */
  tool: string;
  /** Where it delivers to, in words. */
  store: string;
  /** The key that signs it. */
  verifier: string;
  /**
   * The log that this state wrote before, how far it knows it, and why it does not go on with it: another wrote on from there
   * (`continued-elsewhere`), it can't be told who did (`unsure`), or another key signs and its own is not at hand (`key-changed`).
   */
  after?: { id: string; size: number; reason: 'continued-elsewhere' | 'unsure' | 'key-changed' };
}

/** A batch of lines begins; written before its first object is stored. */
export interface BeginLeaf {
  kind: 'begin';
  /** Id of this try at the batch. */
  run: string;
  /** Id of the batch in the journal: if a try is cut short, another with the same id ends it. Missing for what is read as it comes. */
  batch?: string;
  time: string;
  tool: string;
  profile?: string;
  /** `push`, `push --follow`, `push --from-sqs`, `collect snowflake`, `quarantine replay`. */
  command: string;
  /** The template that the folders of its objects come from: verify holds each object against it. */
  layout: string;
  /** How many seconds may pass before something comes, as its profile has it (`expect`): from then on the log is silent. */
  expect?: number;
}

/** What a run read of one source. */
export interface SourceLeaf {
  kind: 'source';
  run: string;
  /** At most 300 characters: of a longer name the middle is left out. */
  name: string;
  /** Where in the uncompressed content it began to read, and how many bytes of content it read. */
  from: number;
  bytes: number;
  /** SHA-256 of those bytes. */
  sha256: string;
  lines: number;
}

/** An object that is durable in the store. */
export interface ObjectLeaf {
  kind: 'object';
  run: string;
  key: string;
  /** SHA-256 of the uncompressed content. */
  sha256: string;
  /** Uncompressed. */
  bytes: number;
  lines: number;
  /** Earliest and latest event time. */
  first: string;
  last: string;
  /** Whether this run stored it, or found its name taken: the name is the content's. */
  status: 'stored' | 'already-there';
  /** Lines by audit type. */
  types: Readonly<Record<string, number>>;
}

/** The run of `begin` has ended. `complete`: all lines that it read are durable, or set aside. */
export interface EndLeaf {
  kind: 'end';
  run: string;
  time: string;
  ended: 'complete' | 'interrupted' | 'failed';
  /** The balance sheet, as in the report: read = sum of all others. Empty where the run was killed, and the next one says so. */
  balance: Readonly<Record<string, number>>;
  /** Leaves `object` and `source` of the run. */
  objects: number;
  sources: number;
  /** Lines that were set aside, and that were left out on request, by reason. */
  quarantined: Readonly<Record<string, number>>;
  ignored: Readonly<Record<string, number>>;
  /** Lines by how old their event was when they were delivered: `under 1h` … as in the report. */
  lateness: Readonly<Record<string, number>>;
}

/** The writer was at work from one time to another, and nothing came to be delivered. */
export interface QuietLeaf {
  kind: 'quiet';
  from: string;
  to: string;
}

/** Checkpoints behind this leaf are signed by another key. */
export interface KeyLeaf {
  kind: 'key';
  time: string;
  /** Verifier keys. */
  old: string;
  new: string;
  /** Both keys' signatures (base64) of the canonical JSON of this leaf without these two. */
  oldSignature: string;
  newSignature: string;
}

/** Objects that were removed, or are going to be, lawfully. */
export interface RetireLeaf {
  kind: 'retire';
  time: string;
  keys: readonly string[];
  /** Longer ones are refused. */
  reason: string;
}

/** The last leaf of a log: nothing comes after it. */
export interface CloseLeaf {
  kind: 'close';
  time: string;
}

/** Whether the end was written by a later process, for a run that was killed. */
export function isEndOfKilled({ balance }: EndLeaf): boolean {
  return Object.keys(balance).length === 0;
}

const longestName = 300;
const halfName = 148;

/** One line of canonical JSON (RFC 8785) without a line end: the entry of the log. Below 1 KiB, unless its key alone is that long. */
export function encodeLeaf(leaf: Leaf): Buffer {
  return Buffer.from(canonicalJson(leaf));
}

const kinds: ReadonlySet<string> = new Set<Leaf['kind']>([
  'open',
  'begin',
  'source',
  'object',
  'end',
  'quiet',
  'key',
  'retire',
  'close',
]);

/** Reads an entry. Throws `log-damaged` for what is no leaf, or is spelled in another way than `encodeLeaf` does. */
export function decodeLeaf(entry: Buffer): Leaf {
  const leaf = leafOf(entry);
  if (leaf !== undefined && encodeLeaf(leaf).equals(entry)) return leaf;
  throw new AuditExportError('log-damaged', 'An entry of the log is no leaf of this tool.');
}

/**
 * The leaf of an entry; undefined for what is none. How it is spelled is not looked at again: its hash is what counts, and a
 * million leaves are many.
 */
export function leafOf(entry: Buffer): Leaf | undefined {
  try {
    const leaf = JSON.parse(entry.toString('utf8')) as Leaf;
    return kinds.has(leaf.kind) ? leaf : undefined;
  } catch {
    return undefined;
  }
}

/** The name of a source, short enough for a leaf. */
export function leafName(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, halfName)} … ${name.slice(-halfName)}`;
}

/** What the two signatures of a `key` leaf sign. */
export function signedOfKeyLeaf({
  kind,
  time,
  old,
  new: next,
}: Omit<KeyLeaf, 'oldSignature' | 'newSignature'>): Buffer {
  return Buffer.from(canonicalJson({ kind, time, old, new: next }));
}
