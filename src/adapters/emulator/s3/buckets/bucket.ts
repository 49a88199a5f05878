/** A bucket with everything in it. Times are epoch milliseconds. */
export interface Bucket {
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** Bucket policy as JSON text. */
  policy: string | undefined;
  ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  objectLock: ObjectLock | undefined;
  encryption: Encryption & { readonly bucketKey: boolean };
  /** Other settings, as the XML body they were put with, by sub-resource name. */
  readonly settings: Map<string, string>;
  /** By key; versions newest first. */
  readonly objects: Map<string, readonly ObjectVersion[]>;
  /** The keys in listing order; undefined after a change, until the next listing. */
  sortedKeys: readonly string[] | undefined;
  /** Conditional writes under way, by key: a delete that comes in between marks them. */
  readonly racing: Map<string, Set<{ overtaken: boolean }>>;
}

export interface ObjectLock {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE' | undefined;
  /** Length of the default retention; undefined without one. */
  readonly days: number | undefined;
  readonly xml: string;
}

export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** Key ARN; the account's own `alias/aws/s3` where a client names none. */
  readonly keyArn: string | undefined;
}

export interface Checksum {
  readonly name: string;
  readonly value: string;
}

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` where the bucket has no versioning. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly modifiedAt: number;
  /** Rises with every write, over all buckets. */
  readonly sequence: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Its content in the blob store; undefined where it is not kept. */
  readonly blob: string | undefined;
  /** Headers to be sent again: type, encoding, cache control, user metadata. */
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly checksum: Checksum | undefined;
  readonly encryption: Encryption & { readonly bucketKey: boolean };
  tags: readonly (readonly [string, string])[];
  retention: { readonly mode: string; readonly until: number } | undefined;
  legalHold: boolean;
}

/** An object as it will be, but for its content. */
export type ObjectTemplate = Omit<
  ObjectVersion,
  'size' | 'etag' | 'blob' | 'checksum' | 'sequence' | 'modifiedAt'
>;

/** The version a reader without a version id sees: undefined for a key that was never written or is deleted. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.objects.get(key)?.[0];
  return newest?.deleteMarker === true ? undefined : newest;
}
