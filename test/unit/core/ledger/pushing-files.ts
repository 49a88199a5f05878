import { gunzipSync } from 'node:zlib';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { buildCodec } from '../../../../src/core/delivery/codec.ts';
import { WitnessKeeper } from '../../../../src/core/ledger/witness-keeper.ts';
import { pushFiles } from '../../../../src/core/push/push-files.ts';
import { noMeter } from '../../../../src/core/metrics/no-metrics.ts';
import type { PushResult } from '../../../../src/core/push/push-sources.ts';
import { SpokenHours } from '../../../../src/core/runs/spoken-hours.ts';
import { pushSources } from '../../../../src/core/push/push-sources.ts';
import type { LedgerRecord } from '../../../../src/core/ledger/ledger-state.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { PutFailure } from '../../../../src/ports/put-failure.ts';
import type { FinishedObject } from '../../../../src/ports/object-store.ts';
import type { WitnessAnswer, WitnessStore } from '../../../../src/ports/witness-store.ts';
import { MemoryFiles } from '../../../fakes/memory-files.ts';
import { LedgerDisk, MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryQuarantine } from '../../../fakes/memory-quarantine.ts';
import { MemorySpool } from '../../../fakes/memory-spool.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { contentsOf, firstMs, lazyClassifier, rules, tinyLimits } from '../push/pushing.ts';

export interface RunOptions {
  reread?: boolean;
  onlyGiven?: boolean;
  objectBytes?: number;
  /** The put (counted from 0 in this run) at which the process is killed, before or after the object is stored. */
  cutAtPut?: { put: number; when: 'before' | 'after' };
  /** Called before each put but the look at the store. */
  beforePut?: () => void;
  /** Answers to the question for a witness that are lost on the way, in this run. */
  lostAnswers?: number;
  /** Whether the store can't be reached. */
  isAway?: boolean;
  /** Called while the store is asked for a witness. */
  whileAsked?: () => void;
  cutAtRecord?: { kind: LedgerRecord['kind']; when: 'before' | 'after' };
}

const unreachable = new PutFailure(new AuditExportError('unreachable', 'It is away.'), {
  cause: 'network',
  maybeStored: false,
});

/** One destination with its ledger, and files that are pushed there again and again. */
export class Exporter {
  readonly files = new MemoryFiles();
  disk = new LedgerDisk();
  store = new MemoryStore();
  readonly warnings: string[] = [];
  /** What witnesses held that the store did not have any more, and has by the question. */
  readonly putBack: string[] = [];
  #ids = 0;

  /** Pushes these files (those that are there); undefined if the process was killed. */
  async push(paths: readonly string[], options: RunOptions = {}): Promise<PushResult | undefined> {
    const { cutAtRecord } = options;
    const ledger = new MemoryLedger(this.disk, ({ kind }) =>
      kind === cutAtRecord?.kind ? cutAtRecord.when : undefined,
    );
    const store = new WitnessKeeper(this.#unheard(this.#killable(options), options));
    const account = new RunAccount(rules.types, firstMs);
    const objectBytes = options.objectBytes ?? 600;
    try {
      const result = await pushFiles(
        {
          types: rules.types,
          objectBytes,
          compression: 'gzip',
          reread: options.reread ?? false,
          onlyGiven: options.onlyGiven ?? false,
          account,
        },
        {
          list: async () => paths.flatMap((path) => this.files.source(path) ?? []),
          ledger,
          store,
          reopen: async (path) => this.files.source(path),
          findBeside: async (path, inode) => this.files.findBeside(path, inode),
          newId: () => `id-${++this.#ids}`,
          now: () => firstMs,
          warn: (event) => this.warnings.push(event),
          push: (batch) =>
            pushSources(
              {
                ...batch,
                types: rules.types,
                scheme: rules.scheme,
                codec: buildCodec('gzip', 1),
                maxLineBytes: 400,
                chunkBytes: 256,
                limits: tinyLimits,
                badLineLimit: Number.POSITIVE_INFINITY,
                account,
                spoken: new SpokenHours(rules.types),
              },
              {
                classifier: lazyClassifier(rules, 1),
                store,
                spool: new MemorySpool(),
                quarantine: new MemoryQuarantine(),
                progress: { update: () => undefined, end: () => undefined },
                meter: noMeter,
                clock: { now: () => firstMs },
                signal: new AbortController().signal,
              },
            ),
        },
      );
      return result.ended === 'complete' ? result : undefined;
    } catch (error) {
      if (error === unreachable || (error as Error).message === 'power cut') return undefined;
      throw error;
    }
  }

  /** All lines in the store, sorted: a line that is there twice is here twice. */
  storedLines(): string[] {
    return contentsOf(this.store)
      .flatMap(({ content }) => content.trimEnd().split('\n'))
      .toSorted();
  }

  get linesPutBack(): string[] {
    return this.putBack.flatMap((content) => content.trimEnd().split('\n'));
  }

  /** Lines that are there twice, but for those that the question put back, and that may come again cut differently. */
  linesTwice(): string[] {
    const putBack = new Set(this.linesPutBack);
    return this.storedLines().filter((line, at, all) => line === all[at - 1] && !putBack.has(line));
  }

  /** Which lines are there, each once, sorted. */
  differentLines(): string[] {
    return [...new Set(this.storedLines())];
  }

  #unheard(
    store: MemoryStore,
    { lostAnswers = 0, whileAsked, isAway }: RunOptions,
  ): MemoryStore & WitnessStore {
    let left = lostAnswers;
    return Object.assign(Object.create(store) as MemoryStore, {
      put: (object: FinishedObject) => store.put(object),
      ask: async (object: FinishedObject): Promise<WitnessAnswer> => {
        if (isAway) throw unreachable;
        const status = await store.put(object);
        if (status === 'stored') this.putBack.push(gunzipSync(object.body).toString());
        whileAsked?.();
        return left-- > 0 ? 'unsure' : status;
      },
    });
  }

  #watched(beforePut: () => void): MemoryStore {
    const { store } = this;
    let puts = 0;
    return Object.assign(Object.create(store) as MemoryStore, {
      put: async (object: Parameters<MemoryStore['put']>[0]) => {
        if (puts++ > 0) beforePut();
        return store.put(object);
      },
    });
  }

  #killable({ cutAtPut, beforePut }: RunOptions): MemoryStore {
    if (beforePut !== undefined) return this.#watched(beforePut);
    if (cutAtPut === undefined) return this.store;
    const { store } = this;
    let puts = 0;
    let dead = false;
    return Object.assign(Object.create(store) as MemoryStore, {
      put: async (object: Parameters<MemoryStore['put']>[0]) => {
        const put = puts++;
        if (dead || (put === cutAtPut.put && cutAtPut.when === 'before')) {
          dead = true;
          throw new Error('power cut');
        }
        const status = await store.put(object);
        if (put !== cutAtPut.put) return status;
        dead = true;
        throw new Error('power cut');
      },
    });
  }
}
