import { AuditExportError } from '../../../errors.ts';
import type { Signer } from '../../../ports/aws/signer.ts';
import type { RecordFile } from '../../../ports/state/record-file.ts';
import { formatCheckpoint } from '../checkpoint.ts';
import type { Leaf, OpenLeaf } from '../leaf.ts';
import { signedOfKeyLeaf } from '../leaf.ts';
import { checkpointKey, claimKey, originOf, tileKey, workingKey } from '../log-keys.ts';
import type { Edge, TileFile } from '../right-edge.ts';
import { grow, rootOfEdge } from '../right-edge.ts';
import type { NoteSignature, VerifierKey } from '../signed-note.ts';
import { formatNote, formatVerifierKey, keyIdOf, parseNote } from '../signed-note.ts';
import type { Working } from '../working.ts';
import { formatWorking } from '../working.ts';
import { KeptLog } from './kept-log.ts';
import type { LogObject } from './log-objects.ts';
import { textObject, tileObject } from './log-objects.ts';
import type { LogRecord, LogState } from './log-state.ts';
import { storedEdge } from './log-state.ts';
import type { LogStore } from './log-store.ts';
import { endOfKilled } from './run-leaves.ts';
import { readerOf } from './tiles-at-hand.ts';
import { Turns } from './turns.ts';
import type { Submission } from './witness.ts';

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

/** Leaves that are published at once. */
const mostPublished = 16_384;

/**
 * Writes one log: leaves are kept first, then published. Never signs what would fork it: who goes on from a size must be the
 * first to claim it in the store. Where another was, a new log begins, with all leaves that are not published.
 */
export class LogWriter {
  readonly #ports: LogWriterPorts;
  readonly #kept: KeptLog;
  /** Checkpoints are published one after another. */
  readonly #publishing = new Turns();

  private constructor(ports: LogWriterPorts, kept: KeptLog) {
    this.#ports = ports;
    this.#kept = kept;
  }

  /** Goes on with the log of a file, or begins one. Throws what the file throws, and lets go of it then. */
  static async open(ports: LogWriterPorts): Promise<LogWriter> {
    try {
      const writer = new LogWriter(ports, await KeptLog.open(ports.file));
      if (writer.state.id === '') await writer.#begin(undefined);
      else if (writer.state.publicKey !== ports.signer.publicKey.toString('base64'))
        await writer.#changeKey();
      await writer.#endKilledRuns();
      return writer;
    } catch (error) {
      await ports.file.close();
      throw error;
    }
  }

  /** Whoever began a run had this file, and has it no longer: runs that are open then were killed. */
  async #endKilledRuns(): Promise<void> {
    const { openRuns } = this.state;
    const timeMs = this.#ports.now();
    if (openRuns.length > 0) await this.keep(openRuns.map((run) => endOfKilled(run, timeMs)));
  }

  /** What is kept of it. */
  get state(): LogState {
    return this.#kept.state;
  }

  /** The log's own verifier key. */
  get verifier(): VerifierKey {
    return this.#verifierOf(this.state.id);
  }

  /** Keeps leaves: durable when the promise resolves. Those of a batch are kept once. Throws what the file throws. */
  async keep(leaves: Iterable<Leaf>, batch?: string): Promise<void> {
    await this.#kept.keep(leaves, { timeMs: this.#ports.now(), batch });
  }

  /** Publishes that from one time to another objects are stored whose leaves come later. Throws what the store and the signer fail with. */
  async announce(store: LogStore, { run, sinceMs, untilMs }: Announcement): Promise<void> {
    await this.#publishing.take(async () => {
      const { id, edge } = this.state;
      const text = formatWorking({ log: id, run, sinceMs, untilMs, size: edge.size }, this.verifier);
      await store.put(textObject(workingKey(id, { run, untilMs }), await this.#sign(text)));
    });
  }

  /**
   * Publishes what was kept: tiles, then the checkpoint, written once each. Yields each checkpoint that came into the store.
   * Throws what the store, the signer or the file fail with: what is not published is another time.
   */
  async *publish(store: LogStore, cosigner?: Cosigner): AsyncGenerator<Published> {
    while (this.state.unpublished > 0)
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
    await this.#kept.add({ kind: 'copied', place, size });
  }

  /** Notes that the store lets nobody overwrite. Throws what the file throws. */
  async noteNoAlias(): Promise<void> {
    await this.#kept.add({ kind: 'noAlias' });
  }

  /** The file closes with it. */
  async close(): Promise<void> {
    await this.#publishing.take(() => this.#kept.close());
  }

  async #publishOnce(store: LogStore, cosigner: Cosigner = async () => []): Promise<Published> {
    for (let begun = 0; ; begun++) {
      const { state } = this;
      const { size: before } = state.edge;
      const { edge, files, checkpoint } = await this.#next();
      // Whoever finds the way taken goes another one, from its beginning.
      const way = await this.#claim(store, checkpoint, edge.size);
      if (way !== 'taken') {
        const isFresh = way === 'fresh';
        const put = async (object: LogObject): Promise<boolean> =>
          (await store.put(object)) !== 'already-there' || !isFresh;
        const arePut = await Promise.all(files.map((file) => put(tileObject(state.id, file))));
        const note = arePut.includes(false)
          ? undefined
          : await this.#cosigned(await this.#sign(checkpoint), cosigner, {
              before,
              read: readerOf({ files, edge }, (tile) => store.read(tileKey(state.id, tile))),
            });
        if (note !== undefined && (await put(textObject(checkpointKey(state.id, edge.size), note)))) {
          await this.#kept.add({ kind: 'published', note, timeMs: this.#ports.now(), ...storedEdge(edge) });
          await this.#kept.compact();
          return { id: state.id, size: edge.size, note };
        }
      }
      if (begun > 0) throw nameTaken(state.id);
      await this.#begin(way === 'taken' && state.claim !== undefined ? 'unsure' : 'continued-elsewhere');
    }
  }

  /** The tree that is published next. What was claimed is what is published, whatever was kept since. */
  async #next(): Promise<{ edge: Edge; files: TileFile[]; checkpoint: string }> {
    const { id, edge: before, claim } = this.state;
    const most = claim === undefined ? mostPublished : claim.size - before.size;
    const leaves = await this.#kept.first(most);
    const grown = grow(
      before,
      leaves.map((leaf) => Buffer.from(leaf)),
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
    if (!wasAsked) await this.#kept.add({ kind: 'claim', size });
    const status = await store.put(textObject(key, checkpoint));
    if (status !== 'stored') {
      // Another's text has another root: each leaf of a run names its run.
      const found = await store.read(key);
      if (found === undefined || !found.equals(Buffer.from(checkpoint))) {
        if (status === 'already-there' && !wasAsked) await this.#kept.add({ kind: 'unclaimed' });
        return 'taken';
      }
    }
    await this.#kept.add({ kind: 'claimed' });
    return 'fresh';
  }

  /** Another key signs from now on: the log says so, signed by both. Without the one before, a new log begins. */
  async #changeKey(): Promise<void> {
    const { signer, former, now } = this.#ports;
    const { id, publicKey, claim, unpublished } = this.state;
    // All that is signed by the new key must have the leaf that says so.
    const isPending = claim !== undefined || unpublished >= mostPublished;
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
    await this.#kept.keep([leaf], { timeMs: now(), publicKey: signer.publicKey.toString('base64') });
  }

  /** Begins a new log with the leaves that the one before has not published. */
  async #begin(reason: NonNullable<OpenLeaf['after']>['reason'] | undefined): Promise<void> {
    const { now, newId, tool, store, signer } = this.#ports;
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
    await this.#kept.begin({ id, publicKey: signer.publicKey.toString('base64'), open });
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
