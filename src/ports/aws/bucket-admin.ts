/** What a look at a bucket found. A member that is missing could not be seen; `unseen` says why. */
export interface BucketLook {
  bucket: string;
  /** `hidden`: there is one, or may be, but these credentials are refused. */
  existence: 'there' | 'missing' | 'hidden';
  /** The region it really is in. */
  region?: string;
  /** Where it is reached without TLS, the URL of the server: policies see such requests as not secure. */
  plainHttp?: string;
  /** Whether the account that was asked about owns it. */
  ownedByAccount?: boolean;
  /** Whether all four settings of Block Public Access are on, on the bucket itself. */
  publicAccessBlocked?: boolean;
  encryption?: BucketEncryption;
  versioning?: 'on' | 'suspended' | 'off';
  /** What the ACL of the bucket gives to others than its owner. */
  grants?: BucketGrant[];
  objectLock?: ObjectLock;
  /** The looks that were refused or failed, in words: notes, not errors. */
  unseen: string[];
}

export interface BucketGrant {
  /** `anybody`, `anybody with an AWS account`, or what S3 calls somebody by. */
  to: string;
  /** `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`. */
  permission: string;
}

export interface BucketEncryption {
  /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
  algorithm: string;
  /** As the bucket names it: a key's ARN or id, or an alias. */
  kmsKey?: string;
}

export interface ObjectLock {
  mode?: 'GOVERNANCE' | 'COMPLIANCE';
  /** `90 days`, `7 years`. */
  retention?: string;
}

/** A bucket to be made: closed to the public, TLS only, encrypted. */
export interface NewBucket {
  bucket: string;
  region: string;
  /** Partition of its ARN. */
  partition: string;
  /** Encrypt with this key; with the keys of S3 itself where it is missing. */
  kmsKeyArn?: string | undefined;
}

/** Looks at buckets and makes them. */
export interface BucketAdmin {
  /**
   * Looks at a bucket from a region; `account` is the one that should own it. What may not be seen is noted. Throws
   * where AWS can't be asked at all: `no-credentials`, `unreachable` and the like.
   */
  look: (bucket: string, region: string, account: string | undefined) => Promise<BucketLook>;
  /**
   * Makes a bucket: ownership enforced, public access blocked, default encryption, TLS only where TLS is spoken; no Object Lock. Again for
   * the same bucket it does what is left to do. Throws what refused a step; the message says which steps were done.
   */
  create: (bucket: NewBucket) => Promise<void>;
}
