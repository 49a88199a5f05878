import { describeStoreAddress, parseStoreAddress } from '../../../core/config/store-address.ts';
import { checkpointKey } from '../../../core/log/log-keys.ts';
import { keyBelow } from '../../../core/log/write/log-store.ts';
import type { Cosigner, Published } from '../../../core/log/write/log-writer.ts';
import { cosign } from '../../../core/log/write/witness.ts';
import type { Witness } from '../../../core/log/write/witness.ts';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';
import type { LogHost, LogPlan } from './session-log.ts';
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

  /** Puts a checkpoint to all other places: s3:PutObject is all it takes. What can't be put is told; the next one says the same and more. */
  async copy({ id, size, note }: Published): Promise<void> {
    const { checkpointCopy = [] } = this.#plan.options;
    if (this.#plan.dryRun) return;
    await Promise.all(
      checkpointCopy.map(async (place) => {
        try {
          const store = await this.#open(place);
          const key = keyBelow(store.prefix, checkpointKey(id, size));
          await store.put({ key, body: Buffer.from(note), contentType: 'text/plain; charset=utf-8' });
        } catch (error) {
          this.#tell(error);
        }
      }),
    );
  }

  async close(): Promise<void> {
    for (const opened of this.#stores.values())
      await opened.then((store) => store.close()).catch(() => undefined);
  }

  /** What is special about the bucket of the objects is not about another one. */
  async #open(place: string): Promise<ObjectStore> {
    const address = parseStoreAddress(place);
    const { region, endpointUrl, pathStyle, role } = this.#plan.storeSettings;
    const nothing = { bucketOwner: undefined, storageClass: undefined, kmsKeyId: undefined, sse: undefined };
    const settings = { region, endpointUrl, pathStyle, role, acl: undefined, tags: undefined, ...nothing };
    const name = describeStoreAddress(address);
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
