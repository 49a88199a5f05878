import type { StoreAddress } from '../../../core/config/store-address.ts';
import { describeStoreAddress, parseStoreAddress } from '../../../core/config/store-address.ts';
import { checkpointKey } from '../../../core/log/log-keys.ts';
import { keyBelow } from '../../../core/log/write/log-store.ts';
import type { Cosigner, LogWriter } from '../../../core/log/write/log-writer.ts';
import { cosign } from '../../../core/log/write/witness.ts';
import type { Witness } from '../../../core/log/write/witness.ts';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { LogHost, LogPlan } from './open-session-log.ts';
import { witnessesOf } from './witnesses.ts';

/** Who else learns of each checkpoint: witnesses, which sign it, and other places that keep it. */
export class Outside {
  readonly #plan: LogPlan;
  readonly #host: LogHost;
  readonly #tell: (error: unknown) => void;
  readonly #stores = new Map<string, Promise<ObjectStore>>();

  /** `tell` gets what went wrong. */
  constructor(plan: LogPlan, host: LogHost, tell: (error: unknown) => void) {
    this.#plan = plan;
    this.#host = host;
    this.#tell = tell;
  }

  /** The signatures of all witnesses that sign now. */
  readonly cosigner: Cosigner = async (submission) => {
    if (this.#plan.dryRun) return [];
    const { post, signal } = this.#host;
    const signatures = await Promise.all(
      witnessesOf(this.#plan.options).map((witness) =>
        cosign(witness, submission, { post, signal }).catch((error: unknown) => {
          this.#tell(isAuditExportError(error) ? error : notReached(witness, error));
          return undefined;
        }),
      ),
    );
    return signatures.filter((signature) => signature !== undefined);
  };

  /**
   * Puts the newest checkpoint to all other places that have an older one, or none: s3:PutObject is all it takes. What can't be
   * put is told, and put another time.
   */
  async copy(writer: LogWriter): Promise<void> {
    const { checkpointCopy = [] } = this.#plan.options;
    const { newest } = writer;
    if (this.#plan.dryRun || newest === undefined) return;
    const { id, size, note } = newest;
    const copies = checkpointCopy.map(async (place) => {
      try {
        const address = parseStoreAddress(place);
        const name = describeStoreAddress(address);
        if (writer.state.copies.get(name) === size) return;
        const store = await this.#open(name, address);
        const key = keyBelow(store.prefix, checkpointKey(id, size));
        await store.put({ key, body: Buffer.from(note), contentType: 'text/plain; charset=utf-8' });
        await writer.noteCopied(name, size);
      } catch (error) {
        this.#tell(error);
      }
    });
    await Promise.all(copies);
  }

  async close(): Promise<void> {
    for (const opened of this.#stores.values())
      await opened.then((store) => store.close()).catch(() => undefined);
  }

  /** What is special about the bucket of the objects is not about another one. */
  async #open(name: string, address: StoreAddress): Promise<ObjectStore> {
    const { region, endpointUrl, pathStyle, role } = this.#plan.storeSettings;
    const nothing = { bucketOwner: undefined, storageClass: undefined, kmsKeyId: undefined, sse: undefined };
    const settings = { region, endpointUrl, pathStyle, role, acl: undefined, tags: undefined, ...nothing };
    const opened = this.#stores.get(name) ?? this.#host.openStore(address, settings);
    this.#stores.set(name, opened);
    return opened;
  }
}

function notReached({ url }: Witness, error: unknown): AuditExportError {
  return new AuditExportError(
    'witness-refused',
    `The witness at ${url} could not be asked: ${String(error)}.`,
    {
      cure: 'Check its URL and the way there. The next checkpoint is shown to it again.',
      cause: error,
    },
  );
}
