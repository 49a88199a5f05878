import { AuditExportError } from '../../../errors.ts';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import type { SourceSettings } from './bucket-reader.ts';
import { BucketReader } from './bucket-reader.ts';

/** A million pages of a thousand keys; more is a server that goes in circles. */
const mostPages = 1_000_000;

/**
 * A bucket for readers, with the credentials of the SDK's default chain: s3:ListBucket and s3:GetObject are all it takes,
 * and of the two only what is asked for.
 */
export class S3StoreReader implements StoreReader {
  readonly location: string;
  readonly #reader: BucketReader;
  readonly #below: string;

  /** `prefix` without slashes at its ends; '' for the whole bucket. */
  constructor({ bucket, prefix }: { bucket: string; prefix: string }, settings: SourceSettings) {
    this.location = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.#below = prefix === '' ? '' : `${prefix}/`;
    this.#reader = new BucketReader(bucket, settings);
  }

  async *list(prefix: string, { startAfter }: { startAfter?: string } = {}): AsyncGenerator<StoredObject> {
    const from = startAfter === undefined ? undefined : `${this.#below}${startAfter}`;
    let token: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const start = token === undefined ? from : undefined;
      const answer = await this.#reader.page(`${this.#below}${prefix}`, { token, startAfter: start });
      for (const { key, size, etag, modified } of answer.objects)
        yield {
          key: key.slice(this.#below.length),
          size,
          modifiedMs: modified?.getTime(),
          revision: etag,
        };
      token = answer.next;
      if (token === undefined) return;
    }
    throw new AuditExportError('source-unreadable', `The list of ${this.location}/${prefix} has no end.`);
  }

  read(key: string): AsyncIterable<Buffer> {
    return this.#reader.read({ key: `${this.#below}${key}`, versionId: undefined }, () => undefined);
  }

  async close(): Promise<void> {
    this.#reader.close();
  }
}
