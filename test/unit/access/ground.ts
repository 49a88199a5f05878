import type { LiveBucket } from '../../../src/ports/aws/iam-admin.ts';
import type { LifecycleRule } from '@aws-sdk/client-s3';

/** Who uses the access: the customer's administrator, the vendor, or a user of the customer's account. */
export type Who = 'customer' | 'vendor' | 'exporter';

export const accounts = { customer: '111122223333', vendor: '444455556666' } as const;

export interface NewRole {
  name: string;
  path: string;
  trust: string;
}

/** Settings of a bucket besides its policy. */
export interface Settings {
  owner: string;
  region: string;
  publicAccessBlocked: boolean;
  lifecycle?: LifecycleRule[] | undefined;
  encryption?: { algorithm: string; kmsKey?: string } | undefined;
  /** What a look shows in the place of the key; nothing: it may not be seen. */
  shows?: string | undefined;
  /** What its ACL gives to others. */
  grants?: { to: string; permission: string }[] | undefined;
  /** It is reached without TLS, unless an endpoint with TLS is named. */
  plain?: boolean | undefined;
  /** What is wrong with the KMS key. */
  key?: 'disabled' | 'closed' | undefined;
}

/** What a set-up is made on: an account in memory, or the rehearsal. */
export interface Ground {
  createRole: (role: NewRole) => Promise<void>;
  /** Answers with its ARN. */
  createPolicy: (name: string, document: string) => Promise<string>;
  attachPolicy: (role: string, arn: string) => Promise<void>;
  detachPolicy: (role: string, arn: string) => Promise<void>;
  putRolePolicy: (role: string, name: string, document: string) => Promise<void>;
  deleteRolePolicy: (role: string, name: string) => Promise<void>;
  /** Undefined: none any more. */
  putBoundary: (role: string, arn: string | undefined) => Promise<void>;
  createBucket: (name: string, settings: Settings) => Promise<void>;
  changeBucket: (name: string, settings: Partial<Settings>) => Promise<void>;
  putBucketPolicy: (name: string, document: string | undefined) => Promise<void>;
  /** What the SDK of somebody finds in its environment. */
  environment: (who: Who) => Record<string, string>;
  close: () => Promise<void>;
}

/** How the bucket says that it encrypts. */
export function shownEncryption({ encryption, shows }: Settings): Settings['encryption'] {
  if (shows === 'nothing') return undefined;
  return shows === undefined || encryption === undefined ? encryption : { ...encryption, kmsKey: shows };
}

/** What an administrator sees of a bucket, or of none. */
export function liveBucket(found: (Settings & { policy?: string | undefined }) | undefined): LiveBucket {
  const { policy, publicAccessBlocked = false, shows } = found ?? {};
  const encryption = found === undefined ? undefined : shownEncryption(found);
  return {
    policy,
    publicAccessBlocked: policy !== undefined && publicAccessBlocked,
    ...(shows === 'nothing' ? {} : { encryption: encryption ?? { algorithm: 'AES256' } }),
  };
}
