import { parseStoreAddress } from '../../../core/config/store-address.ts';
import type { Shard } from '../../../core/push/shard.ts';
import { isInShard } from '../../../core/push/shard.ts';
import type { WrittenPlace } from '../../../core/queue/named-object.ts';
import { leftOut } from '../../../core/queue/named-object.ts';
import { AuditExportError } from '../../../errors.ts';
import type { NamedObject, ObjectReader } from '../../../ports/aws/queue.ts';
import type { Source } from '../../../ports/sources/source.ts';
import { decompress } from '../../fs/compression/decompress.ts';
import type { ListedObject, ObjectAddress, OpenedObject, SourceSettings } from './bucket-reader.ts';
import { BucketReader } from './bucket-reader.ts';

/** Objects asked for while one is read. */
const objectsAhead = 4;
/** A million pages of a thousand keys; more is a server that goes in circles. */
const mostPages = 1_000_000;

/**
 * Opens `s3://bucket/key`, or all objects below `s3://bucket/prefix/`, as sources, in the order of the bytes of their
 * keys. The tool's own objects (what `exceptBelow` says that the run writes included), folder markers and empty objects
 * are left out. Throws `source-unreadable` where there is nothing, and what listing the bucket fails with.
 */
export async function openS3Sources(
  input: string,
  settings: SourceSettings,
  { exceptBelow, shard }: { exceptBelow: readonly string[]; shard?: Shard | undefined },
): Promise<Source[]> {
  const { bucket, key } = parseInput(input);
  const reader = new BucketReader(bucket, settings);
  const written = exceptBelow.flatMap(writtenPlace);
  const listed = await listInput(reader, key);
  if (listed.length === 0) {
    throw new AuditExportError(
      'source-unreadable',
      `There is no object ${reader.nameOf({ key })}, and none below it.`,
      { cure: `Check the name: aws s3 ls s3://${bucket}/` },
    );
  }
  const chosen = listed
    .filter(({ key, size }) => leftOut({ bucket, key, size }, written) === undefined)
    .filter(({ key }) => shard === undefined || isInShard(reader.nameOf({ key }), shard));
  return readAhead(reader, chosen);
}

/** Sources that ask for the next ones while they are read: with small objects, waiting for answers is most of the time. */
function readAhead(reader: BucketReader, objects: readonly ListedObject[]): Source[] {
  const asked = new Map<number, Promise<OpenedObject>>();
  const addressOf = ({ key, etag }: ListedObject): ObjectAddress => ({ key, versionId: undefined, etag });
  return objects.map((object, index) => {
    const name = reader.nameOf(object);
    const read: Source['read'] = (onStoredBytes) => {
      const ahead = asked.get(index);
      asked.delete(index);
      for (const [offset, next] of objects.slice(index + 1, index + 1 + objectsAhead).entries()) {
        const at = index + 1 + offset;
        if (!asked.has(at)) asked.set(at, reader.open(addressOf(next)));
      }
      return decompress(name, reader.read(addressOf(object), onStoredBytes, ahead));
    };
    const { etag, size } = object;
    return { name, storedBytes: size, object: { etag, size }, read };
  });
}

/** Reads objects of any bucket, each in its region. */
export class S3ObjectReader implements ObjectReader {
  readonly #settings: SourceSettings;
  readonly #buckets = new Map<string, BucketReader>();

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  source(object: NamedObject): Source {
    const { bucket, region } = object;
    const reader =
      this.#buckets.get(bucket) ?? new BucketReader(bucket, this.#settings, this.#settings.region ?? region);
    this.#buckets.set(bucket, reader);
    return objectSource(reader, object);
  }

  async close(): Promise<void> {
    for (const reader of this.#buckets.values()) reader.close();
  }
}

function objectSource(
  reader: BucketReader,
  { keys, versionId, size }: Pick<NamedObject, 'keys' | 'versionId' | 'size'>,
): Source {
  const name = reader.nameOf({ key: keys[0] });
  const addresses = keys.map((key) => ({ key, versionId }));
  return {
    name,
    storedBytes: size,
    read: (onStoredBytes) => decompress(name, readFirst(reader, addresses, onStoredBytes)),
  };
}

/** Reads the first of the addresses at which there is an object. */
async function* readFirst(
  reader: BucketReader,
  addresses: readonly ObjectAddress[],
  onStoredBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for (const [index, address] of addresses.entries()) {
    try {
      yield* reader.read(address, onStoredBytes);
      return;
    } catch (error) {
      const isGone = error instanceof AuditExportError && error.details['gone'] === true;
      if (!isGone || index === addresses.length - 1) throw error;
    }
  }
}

function parseInput(input: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(input) ?? [];
  try {
    parseStoreAddress(`s3://${bucket}`);
  } catch (error) {
    throw new AuditExportError(
      'usage',
      `${input} can't be read: ${JSON.stringify(bucket)} is no bucket name.`,
      {
        cure: 'Write it as s3://BUCKET/PREFIX/ or s3://BUCKET/KEY.',
        cause: error,
      },
    );
  }
  return { bucket, key };
}

function writtenPlace(place: string): WrittenPlace[] {
  if (!/^s3:\/\//i.test(place)) return [];
  const address = parseStoreAddress(place);
  return address.kind === 's3' ? [{ bucket: address.bucket, prefix: address.prefix }] : [];
}

/** A key stands for its object, else for all below it, as a path does. */
async function listInput(reader: BucketReader, key: string): Promise<ListedObject[]> {
  if (key === '' || key.endsWith('/')) return listBelow(reader, key);
  // Of all keys that begin with it, the key itself comes first.
  const { objects } = await reader.page(key, { limit: 1 });
  const [first] = objects;
  return first?.key === key ? [first] : listBelow(reader, `${key}/`);
}

async function listBelow(reader: BucketReader, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await reader.page(prefix, { token });
    objects.push(...answer.objects);
    token = answer.next;
    if (token === undefined) return inByteOrder(objects);
  }
  throw new AuditExportError(
    'source-unreadable',
    `The list of ${reader.nameOf({ key: prefix })} has no end.`,
  );
}

/** S3 lists in this order; other servers, and directory buckets, may not. */
function inByteOrder(objects: readonly ListedObject[]): ListedObject[] {
  return objects
    .map((object) => ({ object, bytes: Buffer.from(object.key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ object }) => object);
}
