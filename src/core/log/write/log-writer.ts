import { gzipSync } from 'node:zlib';
import type { Signer } from '../../../ports/aws/signer.ts';
import type { RecordFile } from '../../../ports/state/record-file.ts';
import { formatCheckpoint } from '../checkpoint.ts';
import type { Leaf, OpenLeaf } from '../leaf.ts';
import { decodeLeaf, encodeLeaf, signedOfKeyLeaf } from '../leaf.ts';
import { checkpointKey, claimKey, newestCheckpointKey, originOf, tileKey, workingKey } from '../log-keys.ts';
import type { Edge, TileFile } from '../right-edge.ts';
import { grow, rootOfEdge } from '../right-edge.ts';
import type { NoteSignature, VerifierKey } from '../signed-note.ts';
import type { Working } from '../working.ts';
import { formatWorking } from '../working.ts';
import type { Submission } from './witness.ts';
import { AuditExportError } from '../../../errors.ts';
import { formatNote, formatVerifierKey, keyIdOf, parseNote } from '../signed-note.ts';
import type { LogRecord } from './log-state.ts';
import { LogState } from './log-state.ts';
import { endOfKilled } from './run-leaves.ts';
import { readerOf } from './tiles-at-hand.ts';
import { Turns } from './turns.ts';

/** What the log needs of the place that it is published to. Keys are below the prefix. */
export interface LogStore {
  /** Stores what has no name yet; `unsure`: the name is taken, perhaps by a try of ours that failed. Throws what fails. */
  put: (object: LogObject) => Promise<'stored' | 'already-there' | 'unsure'>;
  /** Puts an object in the place of another. Throws what fails; missing where nothing can be overwritten. */
  replace?: ((object: LogObject) => Promise<void>) | undefined;
  /** What is stored under a name; undefined where that may not be read. */
  read: (key: string) => Promise<Buffer | undefined>;
}

/** A file of the log, ready to be stored. */
export interface LogObject {
  key: string;
  body: Buffer;
  contentType: string;
  contentEncoding?: 'gzip';
}

export interface LogWriterPorts {
  file: RecordFile<LogRecord>;
  signer: Signer;
  /** The key that may have signed before. */
  former?: Signer | undefined;
  now: () => number;
  newId: () => string;
  /** `audit-export <version>`, and where it delivers to in words: the first leaf of a log says so. */
  tool: string;
  store: string;
}

/** A writer at work: with which run, from when until when (epoch milliseconds). */
export type Announcement = Pick<Working, 'run' | 'sinceMs' | 'untilMs'>;

/** A checkpoint that is in the store. */
export interface Published {
  id: string;
  /** Leaves of it. */
  size: number;
  note: string;
}

/**
 * Adds signatures of others to a checkpoint before it is published; none where they can't be had, for nothing waits for them.
 * It may be asked twice for one checkpoint.
 */
export type Cosigner = (submission: Submission) => Promise<readonly NoteSignature[]>;

/** Leaves that are published at once, and of one record on disk at most. */
const mostPublished = 16_384;
const mostInRecord = 1000;
const compactedFromBytes = 512 * 1024;
const binary = 'application/octet-stream';
const text = 'text/plain; charset=utf-8';

/**
 * Writes one log: leaves are kept first, then published. Never signs what would fork it: who goes on from a size must be the
 * first to claim it in the store. Where another was, a new log begins, with all leaves that are not published.
 */
export class LogWriter {
  readonly state = new LogState();
  readonly #ports: LogWriterPorts;
  /** Groups of leaves are kept one after another; so are checkpoints published. */
  readonly #keeping = new Turns();
  readonly #publishing = new Turns();

  private constructor(ports: LogWriterPorts) {
    this.#ports = ports;
  }

  /** Goes on with the log of a file, or begins one. Throws what the file throws. */
  static async open(ports: LogWriterPorts): Promise<LogWriter> {
    const writer = new LogWriter(ports);
    for (const record of ports.file.records) writer.state.apply(record);
    if (writer.state.id === '') await writer.#begin(undefined);
    else if (writer.state.publicKey !== ports.signer.publicKey.toString('base64')) await writer.#changeKey();
    await writer.#endKilledRuns();
    return writer;
  }

  /** Whoever began a run had this file, and has it no longer: runs that are open then were killed. */
  async #endKilledRuns(): Promise<void> {
    const { openRuns } = this.state;
    const timeMs = this.#ports.now();
    if (openRuns.length > 0) await this.keep(openRuns.map((run) => endOfKilled(run, timeMs)));
  }

  /** The log's own verifier key. */
  get verifier(): VerifierKey {
    return this.#verifierOf(this.state.id);
  }

  /** Keeps leaves: durable when the promise resolves. Those of a batch are kept once. Throws what the file throws. */
  async keep(leaves: readonly Leaf[], batch?: string): Promise<void> {
    await this.#keeping.take(async () => {
      if (batch !== undefined && this.state.hasBatch(batch)) return;
      const lines = leaves.map((leaf) => encodeLeaf(leaf).toString('utf8'));
      const timeMs = this.#ports.now();
      for (let from = 0; from < lines.length; from += mostInRecord) {
        const isLast = from + mostInRecord >= lines.length;
        await this.#add({
          kind: 'leaves',
          leaves: lines.slice(from, from + mostInRecord),
          timeMs,
          part: from / mostInRecord,
          ...(isLast ? {} : { more: true }),
          ...(batch === undefined || !isLast ? {} : { batch }),
        });
      }
    });
  }

  /** Publishes that from one time to another objects are stored whose leaves come later. Throws what the store and the signer fail with. */
  async announce(store: LogStore, { run, sinceMs, untilMs }: Announcement): Promise<void> {
    await this.#publishing.take(async () => {
      const { id } = this.state;
      const text = formatWorking({ log: id, run, sinceMs, untilMs }, this.verifier);
      await store.put(textObject(workingKey(id, { run, untilMs }), await this.#sign(text)));
    });
  }

  /**
   * Publishes what was kept: tiles, then the checkpoint, written once each. Yields each checkpoint that came into the store.
   * Throws what the store, the signer or the file fail with: what is not published is another time.
   */
  async *publish(store: LogStore, cosigner?: Cosigner): AsyncGenerator<Published> {
    while (this.state.leaves.length > 0)
      yield await this.#publishing.take(() => this.#publishOnce(store, cosigner));
  }

  /**
   * The newest checkpoint, with the signatures of those who sign it now; undefined where there is none. Throws what the cosigner
   * throws.
   */
  async cosignNewest(store: LogStore, cosigner: Cosigner): Promise<string | undefined> {
    return this.#publishing.take(async () => {
      const { id, note, edge } = this.state;
      if (note === undefined) return undefined;
      const read = readerOf({ files: [], edge }, (tile) => store.read(tileKey(id, tile)));
      return this.#cosigned(note, cosigner, { before: edge.size, read });
    });
  }

  /** The newest checkpoint; undefined where none is published. */
  get newest(): Published | undefined {
    const { id, note, edge } = this.state;
    return note === undefined ? undefined : { id, size: edge.size, note };
  }

  /** Notes that another place has the checkpoint of so many leaves. Throws what the file throws. */
  async noteCopied(place: string, size: number): Promise<void> {
    await this.#add({ kind: 'copied', place, size });
  }

  /** Notes that the store lets nobody overwrite. Throws what the file throws. */
  async noteNoAlias(): Promise<void> {
    await this.#add({ kind: 'noAlias' });
  }

  /** The file closes with it. */
  async close(): Promise<void> {
    await this.#publishing.take(() => this.#keeping.take(() => this.#ports.file.close()));
  }

  async #publishOnce(store: LogStore, cosigner: Cosigner = async () => []): Promise<Published> {
    for (let begun = 0; ; begun++) {
      const { state } = this;
      const { size: before } = state.edge;
      const { edge, files, checkpoint } = this.#next();
      // Whoever finds the way taken goes another one, from its beginning.
      const way = await this.#claim(store, checkpoint, edge.size);
      if (way !== 'taken') {
        const isFresh = way === 'fresh';
        const put = async (object: LogObject): Promise<boolean> =>
          (await store.put(object)) !== 'already-there' || !isFresh;
        const arePut = await Promise.all(files.map((file) => put(this.#tileObject(file))));
        const note = arePut.includes(false)
          ? undefined
          : await this.#cosigned(await this.#sign(checkpoint), cosigner, {
              before,
              read: readerOf({ files, edge }, (tile) => store.read(tileKey(state.id, tile))),
            });
        if (note !== undefined && (await put(textObject(checkpointKey(state.id, edge.size), note)))) {
          await this.#add({ kind: 'published', note, timeMs: this.#ports.now() });
          await this.#compact();
          return { id: state.id, size: edge.size, note };
        }
      }
      if (begun > 0) throw nameTaken(state.id);
      await this.#begin(way === 'taken' && state.claim !== undefined ? 'unsure' : 'continued-elsewhere');
    }
  }

  /** The tree that is published next. What was claimed is what is published, whatever was kept since. */
  #next(): { edge: Edge; files: TileFile[]; checkpoint: string } {
    const { id, edge: before, claim, leaves } = this.state;
    const most = claim === undefined ? mostPublished : claim.size - before.size;
    const grown = grow(
      before,
      leaves.slice(0, most).map((leaf) => Buffer.from(leaf)),
    );
    const { size } = grown.edge;
    return {
      ...grown,
      checkpoint: formatCheckpoint({ origin: originOf(id), size, root: rootOfEdge(grown.edge) }),
    };
  }

  /**
   * Whether nobody else has gone on from the size that was published last; `fresh` where nothing behind it was ever tried to
   * be stored. Throws what fails, and then may be asked again.
   */
  async #claim(store: LogStore, checkpoint: string, size: number): Promise<'fresh' | 'ours' | 'taken'> {
    const { state } = this;
    if (state.claim?.isOurs === true) return 'ours';
    const key = claimKey(state.id, state.edge.size);
    const wasAsked = state.claim !== undefined;
    if (!wasAsked) await this.#add({ kind: 'claim', size });
    const status = await store.put(textObject(key, checkpoint));
    if (status !== 'stored') {
      // Another's text has another root: each leaf of a run names its run.
      const found = await store.read(key);
      if (found === undefined || !found.equals(Buffer.from(checkpoint))) {
        if (status === 'already-there' && !wasAsked) await this.#add({ kind: 'unclaimed' });
        return 'taken';
      }
    }
    await this.#add({ kind: 'claimed' });
    return 'fresh';
  }

  /** Another key signs from now on: the log says so, signed by both. Without the one before, a new log begins. */
  async #changeKey(): Promise<void> {
    const { signer, former, now } = this.#ports;
    const { id, publicKey, claim, leaves } = this.state;
    // All that is signed by the new key must have the leaf that says so.
    const isPending = claim !== undefined || leaves.length >= mostPublished;
    if (former?.publicKey.toString('base64') !== publicKey || isPending) return this.#begin('key-changed');
    const signed = {
      kind: 'key' as const,
      time: new Date(now()).toISOString(),
      old: formatVerifierKey({ name: originOf(id), kind: 'ed25519', publicKey: former.publicKey }),
      new: formatVerifierKey(this.verifier),
    };
    const message = signedOfKeyLeaf(signed);
    const [oldSignature, newSignature] = await Promise.all([former.sign(message), signer.sign(message)]);
    const leaf: Leaf = {
      ...signed,
      oldSignature: oldSignature.toString('base64'),
      newSignature: newSignature.toString('base64'),
    };
    const lines = [encodeLeaf(leaf).toString('utf8')];
    const next = signer.publicKey.toString('base64');
    await this.#add({ kind: 'leaves', leaves: lines, timeMs: now(), part: 0, publicKey: next });
  }

  /** Begins a new log with the leaves that the one before has not published. */
  async #begin(reason: NonNullable<OpenLeaf['after']>['reason'] | undefined): Promise<void> {
    const { now, newId, tool, store, file } = this.#ports;
    const { id: before, edge } = this.state;
    const id = newId();
    const open: OpenLeaf = {
      kind: 'open',
      time: new Date(now()).toISOString(),
      tool,
      store,
      verifier: formatVerifierKey(this.#verifierOf(id)),
      ...(reason === undefined ? {} : { after: { id: before, size: edge.size, reason } }),
    };
    await this.#keeping.take(async () => {
      const { leaves, batches, runs, noAlias } = this.state.stored();
      const record: LogRecord = {
        kind: 'log',
        id,
        publicKey: this.#ports.signer.publicKey.toString('base64'),
        size: 0,
        levels: [],
        entries: [],
        leaves: [encodeLeaf(open).toString('utf8'), ...leaves.filter((leaf) => !isOpenLeaf(leaf))],
        batches,
        ...(runs === undefined ? {} : { runs }),
        ...(noAlias === undefined ? {} : { noAlias }),
      };
      await file.rewrite([record]);
      this.state.apply(record);
    });
  }

  async #compact(): Promise<void> {
    const { file } = this.#ports;
    if (file.bytes > compactedFromBytes) await this.#keeping.take(() => file.rewrite([this.state.stored()]));
  }

  async #sign(signed: string): Promise<string> {
    const { verifier } = this;
    const signature = await this.#ports.signer.sign(Buffer.from(signed));
    return formatNote({
      text: signed,
      signatures: [{ name: verifier.name, keyId: keyIdOf(verifier), signature }],
    });
  }

  async #cosigned(note: string, cosigner: Cosigner, seen: Omit<Submission, 'note'>): Promise<string> {
    const { text: checkpoint, signatures } = parseNote(note);
    const others = await cosigner({ note, ...seen });
    const isNew = ({ name, keyId }: NoteSignature): boolean =>
      !others.some((other) => other.name === name && other.keyId === keyId);
    return formatNote({ text: checkpoint, signatures: [...signatures.filter(isNew), ...others] });
  }

  #verifierOf(id: string): VerifierKey {
    return { name: originOf(id), kind: 'ed25519', publicKey: this.#ports.signer.publicKey };
  }

  #tileObject({ tile, content }: TileFile): LogObject {
    const key = tileKey(this.state.id, tile);
    return tile.level === 'entries'
      ? { key, body: gzipSync(content), contentType: binary, contentEncoding: 'gzip' }
      : { key, body: content, contentType: binary };
  }

  async #add(record: LogRecord): Promise<void> {
    await this.#ports.file.append(record);
    this.state.apply(record);
  }
}

/** The alias of the newest checkpoint. */
export function aliasObject(id: string, note: string): LogObject {
  return textObject(newestCheckpointKey(id), note);
}

function textObject(key: string, content: string): LogObject {
  return { key, body: Buffer.from(content), contentType: text };
}

/** A name that was made up a moment ago is nobody's: a store that says so says it of every name. */
function nameTaken(id: string): AuditExportError {
  return new AuditExportError(
    'store-failed',
    `The store says of names in a log that has just begun (${id}) that they are taken.`,
    {
      cure: 'Check --endpoint-url: what answers there says of everything that it is there already. The next run tries again.',
    },
  );
}

/** The first leaf of a log that never came into the store says nothing in the next one. */
function isOpenLeaf(leaf: string): boolean {
  return decodeLeaf(Buffer.from(leaf)).kind === 'open';
}
