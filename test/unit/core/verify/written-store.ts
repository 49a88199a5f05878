import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FolderReader } from '../../../../src/adapters/fs/store/folder-reader.ts';
import { emptyBalance } from '../../../../src/core/accounting/balance.ts';
import { buildCodec } from '../../../../src/core/delivery/codec.ts';
import { dayLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { formatCheckpoint } from '../../../../src/core/log/checkpoint.ts';
import type { BeginLeaf, Leaf, ObjectLeaf, OpenLeaf } from '../../../../src/core/log/leaf.ts';
import { encodeLeaf, signedOfKeyLeaf } from '../../../../src/core/log/leaf.ts';
import { checkpointKey, claimKey, originOf, tileKey, workingKey } from '../../../../src/core/log/log-keys.ts';
import type { Edge } from '../../../../src/core/log/right-edge.ts';
import { emptyEdge, grow, rootOfEdge } from '../../../../src/core/log/right-edge.ts';
import type { VerifierKey } from '../../../../src/core/log/signed-note.ts';
import { formatNote, formatVerifierKey, keyIdOf, publicKeyOf } from '../../../../src/core/log/signed-note.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import type { VerifyStoreOptions } from '../../../../src/core/verify/verify-store.ts';
import { verifyStore } from '../../../../src/core/verify/verify-store.ts';
import { formatWorking } from '../../../../src/core/log/working.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** All stores of tests begin here. */
export const startMs = Date.UTC(2026, 2, 1);

const iso = (ms: number): string => new Date(ms).toISOString();

/** A key that signs, and how others check it. */
export interface Signer {
  verifier: VerifierKey;
  text: string;
  privateKey: KeyObject;
}

export function newSigner(id: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKeyOf(publicKey.export({ format: 'der', type: 'spki' }));
  const verifier: VerifierKey = { name: originOf(id), kind: 'ed25519', publicKey: raw };
  return { verifier, text: formatVerifierKey(verifier), privateKey };
}

/** A store in a folder with one log, written as the tool writes it: objects, leaves, tiles, claims, checkpoints. */
export class WrittenStore {
  readonly id: string;
  readonly folder: string;
  signer: Signer;
  nowMs: number;
  #edge: Edge = emptyEdge;
  #waiting: Buffer[] = [];
  #runs = 0;

  constructor({
    id = 'log-1',
    folder = scratchFolder(),
    signer = newSigner(id),
    nowMs = startMs,
    after,
  }: {
    id?: string;
    folder?: string;
    signer?: Signer;
    nowMs?: number;
    after?: OpenLeaf['after'];
  } = {}) {
    this.id = id;
    this.nowMs = nowMs;
    this.folder = folder;
    this.signer = signer;
    this.leaf({
      kind: 'open',
      time: iso(this.nowMs),
      tool: 'audit-export 0',
      store: './export',
      verifier: signer.text,
      ...(after === undefined ? {} : { after }),
    });
  }

  get size(): number {
    return this.#edge.size;
  }

  write(key: string, body: Buffer | string): void {
    mkdirSync(dirname(join(this.folder, key)), { recursive: true });
    writeFileSync(join(this.folder, key), body);
  }

  leaf(leaf: Leaf): void {
    this.#waiting.push(encodeLeaf(leaf));
  }

  begin(run: string, more: Partial<BeginLeaf> = {}): void {
    const begin = {
      kind: 'begin' as const,
      run,
      time: iso(this.nowMs),
      tool: 'audit-export 0',
      command: 'push',
    };
    this.leaf({ ...begin, layout: dayLayout, ...more });
  }

  /** Stores lines as one object and gives its leaf. */
  async object(
    run: string,
    lines: readonly string[],
    { type = 'query', firstMs = this.nowMs, layout = dayLayout } = {},
  ): Promise<ObjectLeaf> {
    const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const sha256 = createHash('sha256').update(content).digest('hex');
    const name = `${iso(firstMs).replaceAll(/[-:.]/g, '')}-${sha256.slice(0, 32)}`;
    const key = `${renderLayout(parseLayout(layout), type, firstMs)}/${name}.jsonl.gz`;
    this.write(key, await gzipped(content));
    const first = iso(firstMs);
    const leaf: ObjectLeaf = {
      kind: 'object',
      run,
      key,
      sha256,
      bytes: content.length,
      lines: lines.length,
      first,
      last: first,
      status: 'stored',
      types: { [type]: lines.length },
    };
    this.leaf(leaf);
    return leaf;
  }

  /** One whole run of objects of a few lines. */
  async run(objects: number, { linesEach = 3, type = 'query', sources = 0 } = {}): Promise<ObjectLeaf[]> {
    const run = `run-${++this.#runs}`;
    this.begin(run, { batch: `batch-${run}` });
    const leaves: ObjectLeaf[] = [];
    for (let at = 0; at < objects; at++) {
      const lines = Array.from(
        { length: linesEach },
        (_, line) => `{"run":"${run}","object":${at},"line":${line}}`,
      );
      leaves.push(await this.object(run, lines, { type, firstMs: this.nowMs + at }));
    }
    for (let at = 0; at < sources; at++)
      this.leaf({
        kind: 'source',
        run,
        name: `${at}.jsonl`,
        from: 0,
        bytes: 10,
        sha256: '0'.repeat(64),
        lines: 1,
      });
    this.end(run, { objects, delivered: objects * linesEach, sources });
    return leaves;
  }

  end(
    run: string,
    { objects, delivered, sources = 0 }: { objects: number; delivered: number; sources?: number },
  ): void {
    this.leaf({
      kind: 'end',
      run,
      time: iso(this.nowMs),
      ended: 'complete',
      balance: { ...emptyBalance(), read: delivered, delivered },
      objects,
      sources,
      quarantined: {},
      ignored: {},
      lateness: {},
    });
  }

  quiet(toMs: number): void {
    this.leaf({ kind: 'quiet', from: iso(this.nowMs), to: iso(toMs) });
    this.nowMs = toMs;
  }

  rotate(): void {
    const next = newSigner(this.id);
    const leaf = { kind: 'key' as const, time: iso(this.nowMs), old: this.signer.text, new: next.text };
    const signed = signedOfKeyLeaf(leaf);
    const by = ({ privateKey }: Signer): string => sign(null, signed, privateKey).toString('base64');
    this.leaf({ ...leaf, oldSignature: by(this.signer), newSignature: by(next) });
    this.signer = next;
  }

  /** Says that a run is under way; answers with the key of the note. */
  announce(
    run: string,
    { sinceMs = this.nowMs, untilMs = this.nowMs + 2 * hourMs, signer = this.signer, size = this.size } = {},
  ): string {
    const key = workingKey(this.id, { run, untilMs });
    const text = formatWorking({ log: this.id, run, sinceMs, untilMs, size }, signer.verifier);
    this.write(key, signedNote(text, signer));
    return key;
  }

  /** Publishes what waits: claim, tiles, checkpoint. */
  publish(signer = this.signer): void {
    const before = this.#edge.size;
    const { edge, files } = grow(this.#edge, this.#waiting);
    this.#waiting = [];
    this.#edge = edge;
    const text = formatCheckpoint({ origin: originOf(this.id), size: edge.size, root: rootOfEdge(edge) });
    this.write(claimKey(this.id, before), text);
    for (const { tile, content } of files)
      this.write(tileKey(this.id, tile), tile.level === 'entries' ? gzipSync(content) : content);
    this.write(checkpointKey(this.id, edge.size), signedNote(text, signer));
  }

  async verify(more: Partial<VerifyStoreOptions> = {}): ReturnType<typeof verifyStore> {
    return verifyStore({
      reader: new FolderReader(this.folder),
      mode: 'full',
      keys: [],
      from: undefined,
      to: undefined,
      memory: undefined,
      nowMs: this.nowMs,
      atOnce: 4,
      types: [],
      onProgress: () => undefined,
      ...more,
    });
  }

  async report(more: Partial<VerifyStoreOptions> = {}): Promise<VerifyReport> {
    return (await this.verify(more)).report;
  }
}

export function signedNote(text: string, { verifier, privateKey }: Signer): string {
  const signature = sign(null, Buffer.from(text), privateKey);
  return formatNote({ text, signatures: [{ name: verifier.name, keyId: keyIdOf(verifier), signature }] });
}

/** Content as the tool compresses it. */
export async function gzipped(content: Buffer): Promise<Buffer> {
  const codec = buildCodec('gzip', 3);
  const block = await codec.block(content);
  return Buffer.concat([codec.head, block, codec.tail(codec.checksum(content, 0), content.length)]);
}

/** A store of three publishings: `leaves` leaves or a few more. */
export async function writtenStore(runs: readonly number[] = [3, 4, 2]): Promise<WrittenStore> {
  const store = new WrittenStore();
  for (const objects of runs) {
    await store.run(objects);
    store.publish();
    store.nowMs += hourMs;
  }
  return store;
}
