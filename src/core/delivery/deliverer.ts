import { isAuditExportError } from '../../errors.ts';
import type { FinishedObject, ObjectStore, PutStatus } from '../../ports/store/object-store.ts';
import { objectKey } from '../layout/object-key.ts';
import type { PartitionScheme } from '../layout/partition.ts';
import type { Codec } from './codec.ts';
import { Semaphore } from './semaphore.ts';
import type { DeliveryLimits } from './limits.ts';
import type { OpenObject } from './open-object.ts';
import type { Sealer } from './sealer.ts';

/** An object that is durable in the store (or planned, in a dry run). */
export interface DeliveredObject {
  key: string;
  folder: string;
  lines: number;
  linesByType: ReadonlyMap<number, number>;
  bytes: number;
  compressedBytes: number;
  /** SHA-256 of the uncompressed content, 64 hex digits. */
  sha256: string;
  status: PutStatus;
  earliestMs: number;
  latestMs: number;
}

export interface DelivererOptions {
  store: ObjectStore;
  sealer: Sealer;
  codec: Codec;
  scheme: PartitionScheme;
  limits: DeliveryLimits;
  onDelivered: (object: DeliveredObject) => void;
}

/**
 * Brings full objects to the store, several at once, within bounds of number and bytes. The first failure is kept: no
 * further object is begun, and those under way are seen through.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #slots: Semaphore;
  readonly #bodies: Semaphore;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  #interrupted = false;

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.limits.uploads);
    this.#bodies = new Semaphore(options.limits.uploadBytes);
  }

  /** Takes over a full object. Waits while enough others are under way; throws what an earlier delivery failed with. */
  async deliver(object: OpenObject): Promise<void> {
    await this.#slots.enter();
    this.throwFailure();
    const delivery = this.#deliverOne(object)
      .catch((error: unknown) => {
        if (isAuditExportError(error) && error.code === 'interrupted') this.#interrupted = true;
        else this.#failure ??= { error };
      })
      .finally(() => {
        this.#slots.leave();
        this.#underWay.delete(delivery);
      });
    this.#underWay.add(delivery);
  }

  /** Whether a delivery was given up because the run was told to stop. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Waits until no delivery is under way; does not throw. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Throws what the first failed delivery failed with. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #deliverOne(object: OpenObject): Promise<void> {
    const { store, sealer, codec, scheme, onDelivered } = this.#options;
    await sealer.seal(object);
    const weight = await sealer.compressedBytes(object);
    await this.#bodies.enter(weight);
    try {
      const body = await sealer.takeBody(object);
      const sha256 = object.hash.digest('hex');
      const { folder } = scheme.describe(object.partition);
      const { earliestMs, latestMs, lines, linesByType, bytes } = object;
      const key = objectKey({ prefix: store.prefix, folder, earliestMs, sha256, extension: codec.extension });
      const finished: FinishedObject = { key, body, contentType: codec.contentType };
      const status = await store.put(finished);
      onDelivered({
        key,
        folder,
        lines,
        linesByType,
        bytes,
        compressedBytes: body.length,
        sha256,
        status,
        earliestMs,
        latestMs,
      });
    } finally {
      this.#bodies.leave(weight);
    }
  }
}
