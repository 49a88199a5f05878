import type { Fault } from '../../../ports/aws/emulator.ts';

/** A situation to rehearse: what is there from the start, and what goes wrong. */
export interface Scenario {
  /** One sentence: what is the matter. */
  readonly summary: string;
  /** What is made before the first request; nothing but accounts and keys without it. */
  readonly prepared?: Preparation;
  readonly faults?: readonly Fault[];
  /** Sessions of assumed roles end after so many seconds, whatever was asked for. */
  readonly sessionSeconds?: number;
}

/** A bucket and a role, as `init` would make them but for what is said here. */
export interface Preparation {
  readonly bucket?: {
    /** Default: the region of the profiles. */
    readonly region?: string;
    /** Whose it is; default the customer's. */
    readonly owner?: 'customer' | 'vendor';
    /** Default encryption with one of the KMS keys: the usual one, the one nobody may use, the disabled one, the leaving one. */
    readonly kmsKey?: 'audit-export' | 'closed' | 'disabled' | 'leaving';
    /** Days of default retention in governance mode. */
    readonly objectLockDays?: number;
    /** Bucket policy. */
    readonly policy?: object;
  };
  readonly role?: {
    /** Who may assume it; default the vendor's user. */
    readonly principal?: object;
    /** Whether the trust policy demands the external id; default true. */
    readonly demandsExternalId?: boolean;
    /** Statements of the permission policy; default: `s3:PutObject` below the prefix. */
    readonly statements?: readonly object[];
  };
}

/** The names of what a scenario prepares. */
export const prepared = {
  bucket: 'audit-rehearsal',
  prefix: 'audit/',
  roleName: 'ALTRPublishSIEMDataRehearsal',
  policyName: 'ALTRPublishSIEMDataRehearsal',
  externalId: 'rehearsal-organization',
} as const;
