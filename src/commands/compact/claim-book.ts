import type { Claim } from '../../core/readers/compaction.ts';
import {
  claimFolder,
  claimKey,
  doneKey,
  hashOfSources,
  readClaimKeys,
} from '../../core/readers/compaction.ts';
import { AuditExportError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';

/** Where claims are kept. */
interface Stores {
  store: ObjectStore;
  reader: StoreReader;
}

/** A key of a store, with the store's prefix. */
export function keyBelow({ prefix }: ObjectStore, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}

/** Tries to claim before something must be wrong with the store. */
const mostTries = 100;

/**
 * The claims of one type and day: which sources go into which file. Claims are numbered objects that are written only if the number is
 * free, so that of several processes one gets it and the others look again.
 */
export class ClaimBook {
  readonly #folder: string;
  readonly #stores: Stores;
  readonly #claims = new Map<number, Claim>();
  #numbers: number[] = [];
  #done = new Map<number, string>();

  private constructor(folder: string, stores: Stores) {
    this.#folder = folder;
    this.#stores = stores;
  }

  /** Lists what there is; nothing is read yet. */
  static async open(table: string, date: string, stores: Stores): Promise<ClaimBook> {
    const book = new ClaimBook(claimFolder(table, date), stores);
    await book.#list();
    return book;
  }

  /** Whether all files are stored, and hold these sources together. */
  isDoneWith(all: string): boolean {
    const last = this.#numbers.at(-1);
    return (
      last !== undefined &&
      this.#done.size === this.#numbers.length &&
      this.#done.get(last) === all.slice(0, 32)
    );
  }

  /** Reads the claims that are not known yet. */
  async read(): Promise<void> {
    for (const number of this.#numbers)
      if (!this.#claims.has(number)) this.#claims.set(number, await this.#readClaim(number));
  }

  isClaimed(hash: string): boolean {
    for (const { sources } of this.#claims.values()) if (sources.includes(hash)) return true;
    return false;
  }

  /** Claims sources under the next number; where another process was first, its claims are known behind it and nothing was claimed. */
  async claim(claim: Claim): Promise<void> {
    const number = (this.#numbers.at(-1) ?? -1) + 1;
    if (number >= mostTries * 100)
      throw new AuditExportError('store-failed', `There are too many claims in ${this.#folder}.`);
    const status = await this.#put(claimKey(this.#folder, number), claim);
    if (status === 'already-there') {
      await this.#list();
      await this.read();
      return;
    }
    this.#numbers.push(number);
    this.#claims.set(number, claim);
  }

  /** Claims whose files are not known to be stored. */
  open(): { number: number; claim: Claim }[] {
    return [...this.#claims]
      .filter(([number]) => !this.#done.has(number))
      .map(([number, claim]) => ({ number, claim }));
  }

  /** Writes down that the file of a claim is stored. */
  async end(number: number): Promise<void> {
    const upTo = [...this.#claims].filter(([other]) => other <= number).flatMap(([, { sources }]) => sources);
    const all = hashOfSources(upTo);
    await this.#put(doneKey(this.#folder, number, all), { done: claimKey(this.#folder, number) });
    this.#done.set(number, all.slice(0, 32));
  }

  #put(key: string, content: object): Promise<string> {
    const body = Buffer.from(`${JSON.stringify(content)}\n`);
    const { store } = this.#stores;
    return store.put({ key: keyBelow(store, key), body, contentType: 'application/json' });
  }

  async #list(): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.#stores.reader.list(this.#folder)) keys.push(key);
    const { claims, done } = readClaimKeys(keys);
    this.#numbers = claims;
    this.#done = done;
  }

  async #readClaim(number: number): Promise<Claim> {
    const key = claimKey(this.#folder, number);
    const pieces: Buffer[] = [];
    for await (const piece of this.#stores.reader.read(key)) pieces.push(Buffer.from(piece));
    const read = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Claim;
    if (read.claim === 'audit-export-compact' && read.version === 1 && Array.isArray(read.sources))
      return read;
    throw new AuditExportError(
      'document-invalid',
      `${this.#stores.reader.location}/${key} is no claim of compact.`,
      {
        cure: 'Look who wrote it; compact writes to a folder of its own.',
      },
    );
  }
}
