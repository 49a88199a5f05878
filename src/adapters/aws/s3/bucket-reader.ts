import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { AuditExportError } from '../../../errors.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { s3ClientConfig } from '../client-config.ts';
import { openError } from '../errors/source-errors.ts';

/** How the buckets of sources are reached. */
export interface SourceSettings {
  /** Where they are, if it was said. */
  region: string | undefined;
  /** Where they are looked for first if it was not: a bucket that is elsewhere says where. Undefined: as the SDK finds it. */
  usualRegion: string | undefined;
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  /** Aborted: what is being read ends as if it were at its end. */
  signal: AbortSignal;
}

/** An object as a listing shows it. */
export interface ListedObject {
  key: string;
  /** Stored bytes. */
  size: number;
  etag: string;
  modified: Date | undefined;
}

/** One object, one version of it, or one content. */
export interface ObjectAddress {
  key: string;
  versionId: string | undefined;
  /** Which content is meant, as a listing shows it; missing, or '' where the listing does not say: whatever is there. */
  etag?: string;
}

/** An answer whose body has not been read yet. */
export interface OpenedObject {
  body: IncomingMessage;
  etag: string | undefined;
  /** Of the whole object, in stored bytes. */
  size: number;
  /** Bytes at the beginning of the body that were read before. */
  skip: number;
}

/** Up to where an object was read, and which content it had. */
interface ReadPosition {
  position: number;
  etag: string | undefined;
}

/** A body that breaks off so often without a byte in between is not asked for again. */
const mostFruitless = 5;
const pauseMs = 200;

/** Lists one bucket and reads its objects, in whatever region it is: s3:ListBucket and s3:GetObject are all it takes. */
export class BucketReader {
  readonly #bucket: string;
  readonly #settings: SourceSettings;
  readonly #clients: S3Client[] = [];
  #region: string | undefined;
  #current: Promise<S3Client> | undefined;

  constructor(bucket: string, settings: SourceSettings, region = settings.region) {
    this.#bucket = bucket;
    this.#settings = settings;
    this.#region = region;
  }

  /** One page of the keys that begin with a prefix; `next` is where the page after it begins. */
  async page(
    prefix: string,
    from: { token?: string | undefined; limit?: number; startAfter?: string | undefined } = {},
  ): Promise<{ objects: ListedObject[]; next: string | undefined }> {
    const command = {
      Bucket: this.#bucket,
      Prefix: prefix,
      // Keys may hold characters that XML has not.
      EncodingType: 'url' as const,
      ...(from.token === undefined ? {} : { ContinuationToken: from.token }),
      ...(from.limit === undefined ? {} : { MaxKeys: from.limit }),
      ...(from.startAfter === undefined ? {} : { StartAfter: from.startAfter }),
    };
    const answer: ListObjectsV2CommandOutput = await this.#ask(
      (client) => client.send(new ListObjectsV2Command(command), { abortSignal: this.#settings.signal }),
      (error) => fromAwsError(error, { action: 's3:ListBucket', target: `s3://${this.#bucket}/${prefix}` }),
    );
    const objects = (answer.Contents ?? []).map(({ Key = '', Size = 0, ETag = '', LastModified }) => ({
      key: answer.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key,
      size: Size,
      etag: ETag,
      modified: LastModified,
    }));
    return { objects, next: answer.IsTruncated === true ? answer.NextContinuationToken : undefined };
  }

  /**
   * The stored bytes of an object. A body that breaks off is asked for again from there on, of the very same content
   * (If-Match). `ahead` is what `open` gave. Throws `source-unreadable` (with the detail `gone` where there is no such
   * object) or `source-broken`, also where it has another content than is meant.
   */
  async *read(
    address: ObjectAddress,
    onStoredBytes: (bytes: number) => void,
    ahead?: Promise<OpenedObject>,
  ): AsyncGenerator<Buffer> {
    const { signal } = this.#settings;
    const from: ReadPosition = { position: 0, etag: undefined };
    let failure: unknown;
    for (let fruitless = 0; fruitless <= mostFruitless; fruitless++) {
      const opened =
        fruitless === 0 && ahead !== undefined ? await ahead : await this.#resume(address, from, fruitless);
      if (opened === undefined) return;
      opened.body.socket?.ref();
      refuseOther(opened, address, this.nameOf(address));
      if (from.position === 0) from.etag = opened.etag;
      try {
        for await (const piece of withoutFirst(opened.body, opened.skip)) {
          from.position += piece.length;
          fruitless = 0;
          onStoredBytes(piece.length);
          yield piece;
        }
      } catch (error) {
        failure = error;
      } finally {
        opened.body.destroy();
      }
      if (signal.aborted || from.position === opened.size) return;
      if (from.position > opened.size) break;
    }
    throw brokenOff(this.nameOf(address), failure);
  }

  /** Asks for an object before it is read. Until then it keeps nobody from ending, and it may break off. */
  open(address: ObjectAddress): Promise<OpenedObject> {
    const opened = this.#open(address, { position: 0, etag: undefined });
    opened.then(letSleep, () => undefined);
    return opened;
  }

  /** How reports name an object. */
  nameOf({ key }: Pick<ObjectAddress, 'key'>): string {
    return `s3://${this.#bucket}/${key}`;
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** Asks for the rest of an object, the longer after a failure the more came before; undefined when aborted. */
  async #resume(
    address: ObjectAddress,
    from: ReadPosition,
    failures: number,
  ): Promise<OpenedObject | undefined> {
    const { signal } = this.#settings;
    if (failures > 0) await sleep(pauseMs * failures, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    try {
      return await this.#open(address, from);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #open({ key, versionId }: ObjectAddress, { position, etag }: ReadPosition): Promise<OpenedObject> {
    const input = {
      Bucket: this.#bucket,
      Key: key,
      ...(versionId === undefined ? {} : { VersionId: versionId }),
      ...(position === 0 ? {} : { Range: `bytes=${position}-` }),
      ...(position === 0 || etag === undefined ? {} : { IfMatch: etag }),
    };
    const answer = await this.#ask(
      (client) => client.send(new GetObjectCommand(input), { abortSignal: this.#settings.signal }),
      (error) => openError(error, this.nameOf({ key })),
    );
    const whole = answer.ContentRange === undefined;
    return {
      body: answer.Body as IncomingMessage,
      etag: answer.ETag,
      size: (whole ? 0 : position) + (answer.ContentLength ?? 0),
      // A server that knows no ranges sends all of it again.
      skip: whole ? position : 0,
    };
  }

  /** Asks, and asks again in the region that the bucket is really in. */
  async #ask<T>(
    request: (client: S3Client) => Promise<T>,
    toError: (error: unknown) => AuditExportError,
  ): Promise<T> {
    const region = this.#region;
    try {
      return await request(await this.#client());
    } catch (error) {
      const ours = toError(error);
      const { region: really } = ours.details;
      if (ours.code !== 'wrong-region' || typeof really !== 'string' || really === region) throw ours;
      this.#moveTo(really);
    }
    try {
      return await request(await this.#client());
    } catch (error) {
      throw toError(error);
    }
  }

  #client(): Promise<S3Client> {
    this.#current ??= buildSourceClient(this.#settings, this.#region).then((client) => {
      this.#clients.push(client);
      return client;
    });
    return this.#current;
  }

  #moveTo(region: string): void {
    if (this.#region === region) return;
    this.#region = region;
    this.#current = undefined;
  }
}

async function buildSourceClient(
  { endpointUrl, pathStyle, environment, usualRegion }: SourceSettings,
  region: string | undefined,
): Promise<S3Client> {
  const wish = { region: region ?? usualRegion, endpointUrl, pathStyle, attempts: 6 };
  const client = new S3Client({
    ...(await s3ClientConfig(wish, environment)),
    // A checksum covers a whole object, but a body that broke off comes in parts; gzip and zstd carry their own.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return checkAnswers(client, 'S3');
}

/** A body that nobody reads yet must not keep the process alive, and may break off. */
function letSleep({ body }: OpenedObject): void {
  body.on('error', () => undefined);
  body.socket.unref();
}

async function* withoutFirst(body: AsyncIterable<unknown>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of body) {
    const buffer = piece as Buffer;
    if (left < buffer.length) yield left === 0 ? buffer : buffer.subarray(left);
    left = Math.max(0, left - buffer.length);
  }
}

/** Throws where an object has another content than is meant. Servers quote ETags, proxies mark them as weak, some do neither. */
function refuseOther({ etag, body }: OpenedObject, meant: ObjectAddress, name: string): void {
  const [now, listed] = [etag, meant.etag].map((tag = '') => tag.replace(/^W\//, '').replaceAll('"', ''));
  if (now === '' || listed === '' || now === listed) return;
  body.destroy();
  throw new AuditExportError('source-broken', `${name} can't be read: it was replaced since it was listed.`, {
    cure: 'Run it again: it is read as it is then.',
  });
}

function brokenOff(name: string, failure: unknown): AuditExportError {
  const why = failure instanceof Error ? failure.message : 'the body has another length than was said';
  return new AuditExportError('source-broken', `${name} could not be read to its end: ${why}.`, {
    cure: 'Run it again: what is stored already will not be stored twice.',
    cause: failure,
  });
}
