import type { StoreReader } from '../../ports/store/store-reader.ts';
import type { CompiledAuditType } from '../audit-types/audit-type.ts';
import type { Layout } from '../layout/layout.ts';
import type { Leaf, ObjectLeaf } from '../log/leaf.ts';
import { idOf } from '../log/log-keys.ts';
import type { VerifierKey } from '../log/signed-note.ts';
import { tileWidth } from '../log/tile-path.ts';
import { FindingBook } from './finding.ts';
import { checkLog } from './log/check-log.ts';
import type { CheckedLog } from './log/check-log.ts';
import type { ListedLog } from './log/list-logs.ts';
import type { Lineage } from './log/lineage.ts';
import { traceLogs } from './log/lineage.ts';
import { listLogs, newestSize } from './log/list-logs.ts';
import type { ObjectSums } from './objects/check-objects.ts';
import { checkObjects } from './objects/check-objects.ts';
import { Claims } from './objects/claims.ts';
import { DeepLook } from './objects/deep-look.ts';
import { LeafOfClaim } from './objects/leaf-of-claim.ts';
import { formOfName, readContent } from './objects/read-content.ts';
import type { Comparison, Memory } from './remembered.ts';
import { compareWithMemory, nextMemory, sizeOf } from './remembered.ts';
import { WorkingNotes } from './announced/working-notes.ts';
import { endLogs } from './end-logs.ts';
import { buildVerifyReport, verifiedLog } from './build-report.ts';
import type { VerifyReport } from './verify-report.ts';

/** Leaves whose claims are kept at once: some 80 bytes each. A longer log is read once more for each so many. */
const usualLeavesAtOnce = 1_500_000;

export interface VerifyStoreOptions {
  reader: StoreReader;
  mode: VerifyReport['mode'];
  keys: readonly VerifierKey[];
  /** Keys of witnesses whose cosignatures are to be checked. */
  witnesses?: readonly VerifierKey[] | undefined;
  /** Epoch milliseconds; undefined for all. `to` is exclusive. */
  from: number | undefined;
  to: number | undefined;
  memory: Memory | undefined;
  nowMs: number;
  /** Objects that are read at once. */
  atOnce: number;
  /** Audit types, for a deep look. */
  types: readonly CompiledAuditType[];
  /** How long a log may say nothing (milliseconds), if not as long as it has recorded itself. */
  silentMs?: number | undefined;
  /** Leaves, and events of a folder, that are kept at once, if not as many as usual. */
  leavesAtOnce?: number;
  eventsAtOnce?: number;
  /** Is told now and then how far it is. */
  onProgress: (progress: VerifyProgress) => void;
  /** Is handed the leaves: for whoever shows what a log says. `isNew` is false for what it was handed before. */
  onLeaf?: ((leaf: Leaf, log: string, isNew: boolean, index: number) => void) | undefined;
}

/** How far a verification has come. */
export interface VerifyProgress {
  leaves: number;
  /** Leaves of all newest checkpoints. */
  allLeaves: number;
  objects: number;
  /** Objects that the logs tell of. */
  allObjects: number;
  bytes: number;
}

/** Proves that what is in a store is complete and untouched, as far as it can be proven. Throws `access-denied` where no log can be read. */
export async function verifyStore(
  options: VerifyStoreOptions,
): Promise<{ report: VerifyReport; memory: Memory; logs: CheckedLog[] }> {
  const verification = new Verification(options);
  return verification.run();
}

class Verification {
  readonly #options: VerifyStoreOptions;
  readonly #book = new FindingBook();
  readonly #sums: ObjectSums = {
    listed: 0,
    read: 0,
    bytes: 0,
    lines: 0,
    storedBytes: 0,
    leftOut: 0,
    inFlight: 0,
  };
  readonly #progress: VerifyProgress = { leaves: 0, allLeaves: 0, objects: 0, allObjects: 0, bytes: 0 };
  readonly #window: { from: number; to: number };
  readonly #layouts: Layout[] = [];
  #claimed = 0;

  constructor(options: VerifyStoreOptions) {
    this.#options = options;
    this.#window = { from: options.from ?? -Infinity, to: options.to ?? Infinity };
  }

  async run(): Promise<{ report: VerifyReport; memory: Memory; logs: CheckedLog[] }> {
    const { reader, keys, memory } = this.#options;
    const known = keys.flatMap(({ name }) => idOf(name) ?? []);
    const found = await listLogs(reader, known, this.#book);
    const { lineage, ordered: listed } = await traceLogs(found, reader);
    const working = new WorkingNotes({ ...this.#options, given: keys, book: this.#book, lineage });
    await working.read(listed);
    this.#progress.allLeaves = listed.reduce((sum, log) => sum + newestSize(log), 0);
    const { mode, types, leavesAtOnce = usualLeavesAtOnce, eventsAtOnce } = this.#options;
    const passes = Math.max(1, Math.ceil(this.#progress.allLeaves / leavesAtOnce));
    const deep = mode === 'deep' ? new DeepLook(types, this.#book, eventsAtOnce) : undefined;
    let logs: CheckedLog[] = [];
    const compared = new Map<string, Comparison>();
    for (let pass = 0; pass < passes; pass++) {
      const claims = new Claims();
      // A deep look needs each folder whole.
      const inPass: InPass = (key, keyHash) =>
        passes === 1 || ((deep === undefined ? keyHash : folderHash(key))[4] as number) % passes === pass;
      const checked = await this.#readLogs(listed, { claims, inPass, lineage, isFirst: pass === 0 });
      if (pass === 0) {
        logs = checked;
        for (const log of logs) working.judge(log.id, log.keys);
        await endLogs({ logs, known, memory, lineage }, { nowMs: this.#spokenMs, working, book: this.#book });
      }
      if (pass === 0 && memory !== undefined) await this.#compare(memory, logs, compared);
      await this.#readObjects({ claims, inPass, logs, deep, working });
    }
    await deep?.end((key, onPiece) => this.#readAgain(key, onPiece));
    const at = new Date(this.#options.nowMs).toISOString();
    const facts = { ...this.#options, at, claimed: this.#claimed, sums: this.#sums, working: working.active };
    const report = buildVerifyReport(
      facts,
      this.#book,
      logs.map((log) => verifiedLog(log, compared.get(log.id))),
    );
    return { report, memory: nextMemory(memory, logs, at), logs };
  }

  /** Up to when logs should have spoken. */
  get #spokenMs(): number {
    return Math.min(this.#options.nowMs, this.#window.to);
  }

  async #readLogs(
    listed: readonly ListedLog[],
    {
      claims,
      inPass,
      lineage,
      isFirst,
    }: { claims: Claims; inPass: InPass; lineage: Lineage; isFirst: boolean },
  ): Promise<CheckedLog[]> {
    const { reader, keys, witnesses, memory, silentMs } = this.#options;
    const checked: CheckedLog[] = [];
    for (const [number, log] of listed.entries()) {
      const remembered = memory?.logs[log.id];
      checked.push(
        await checkLog(log, {
          reader,
          given: keys,
          sizes: remembered === undefined ? [] : [sizeOf(remembered)],
          lineage,
          silentMs,
          witnesses,
          // Later passes look for objects only: of the log, all was found in the first.
          book: isFirst ? this.#book : new FindingBook(),
          onLeaf: (leaf, index, layout) => {
            const isNew = this.#takeLeaf(leaf, { number, index, layout, claims, inPass });
            if (isFirst) this.#leafRead(leaf);
            this.#options.onLeaf?.(leaf, log.id, leaf.kind === 'object' ? isNew : isFirst, index);
          },
        }),
      );
    }
    return checked;
  }

  #leafRead(leaf: Leaf): void {
    this.#progress.leaves++;
    if (leaf.kind === 'object') this.#progress.allObjects++;
    if (this.#progress.leaves % tileWidth === 0) this.#options.onProgress(this.#progress);
  }

  #takeLeaf(
    leaf: Leaf,
    {
      number,
      index,
      layout,
      claims,
      inPass,
    }: { number: number; index: number; layout: Layout | undefined; claims: Claims; inPass: InPass },
  ): boolean {
    if (leaf.kind === 'object') {
      const keyHash = Claims.keyHash(leaf.key);
      if (!inPass(leaf.key, keyHash)) return false;
      const sha256 = Buffer.from(leaf.sha256, 'hex');
      const { bytes, lines } = leaf;
      const claim = { sha256, bytes, lines, log: number, leaf: index, layout: this.#numberOf(layout) };
      return claims.claim(keyHash, claim, this.#isOutside(leaf));
    }
    if (leaf.kind === 'retire')
      for (const key of leaf.keys) {
        const keyHash = Claims.keyHash(key);
        if (inPass(key, keyHash)) claims.retire(keyHash, number);
      }
    return false;
  }

  /** Of the first 255 layouts; 0 for none. */
  #numberOf(layout: Layout | undefined): number {
    if (layout === undefined) return 0;
    if (!this.#layouts.includes(layout)) this.#layouts.push(layout);
    const number = this.#layouts.indexOf(layout) + 1;
    return number > 255 ? 0 : number;
  }

  async #readAgain(key: string, onPiece: (piece: Buffer) => void): Promise<void> {
    const whole = { form: formOfName(key), size: Number.MAX_SAFE_INTEGER, mostBytes: Infinity };
    try {
      await readContent(this.#options.reader.read(key), { ...whole, onPiece });
    } catch (error) {
      const why = (error as Error).message;
      this.#book.addUnproven({ what: `that no event of ${key} is there twice`, why });
    }
  }

  #isOutside({ first, last }: ObjectLeaf): boolean {
    const { from, to } = this.#window;
    return Date.parse(last) < from || Date.parse(first) >= to;
  }

  async #compare(
    memory: Memory,
    logs: readonly CheckedLog[],
    compared: Map<string, Comparison>,
  ): Promise<void> {
    for (const log of logs) {
      const remembered = memory.logs[log.id];
      if (remembered !== undefined)
        compared.set(log.id, await compareWithMemory(remembered, log, this.#book));
    }
  }

  async #readObjects({
    claims,
    inPass,
    logs,
    deep,
    working,
  }: {
    claims: Claims;
    inPass: InPass;
    logs: readonly CheckedLog[];
    deep: DeepLook | undefined;
    working: WorkingNotes;
  }): Promise<void> {
    const { reader, mode, atOnce, onProgress } = this.#options;
    this.#claimed += claims.count;
    // Without leaves there is nothing to hold objects against.
    if (claims.count === 0 && working.active.length === 0 && logs.every(({ sums }) => sums.leaves === 0))
      return;
    const leaves = new LeafOfClaim(logs);
    await checkObjects({
      reader,
      claims,
      book: this.#book,
      sums: this.#sums,
      contents: mode !== 'quick',
      inPass,
      window: this.#window,
      atOnce,
      leafOf: (claim) => leaves.read(claim),
      onContent:
        deep === undefined ? undefined : (key, { layout }) => deep.open(key, this.#layouts[layout - 1]),
      onProgress: () => {
        this.#progress.objects = this.#sums.listed;
        this.#progress.bytes = this.#sums.bytes;
        onProgress(this.#progress);
      },
      working,
      logs: logs.map(({ id }) => id),
      lost: logs.findLast(({ sums }) => sums.lost !== undefined)?.sums.lost,
    });
  }
}

/** Whether a key, of this hash, is looked at in a pass. */
type InPass = (key: string, keyHash: Buffer) => boolean;

function folderHash(key: string): Buffer {
  return Claims.keyHash(key.slice(0, key.lastIndexOf('/')));
}
