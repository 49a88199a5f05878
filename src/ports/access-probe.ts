import type { PutStatus } from './object-store.ts';

/** Tries single steps of the delivery, with the credentials at hand. Steps throw `AuditExportError` where they are refused. */
export interface AccessProbe {
  /** What IAM says of the role; `hidden` where it may not be asked. */
  findRole: () => Promise<'there' | 'missing' | 'hidden'>;
  /** Assumes the role, with its external id or without any. */
  assumeRole: (externalId: string | undefined) => Promise<void>;
  /** Stores the probe as `push` stores an object: through the role, and only if its name is free. */
  putProbe: () => Promise<{ status: PutStatus; url: string }>;
  close: () => Promise<void>;
}
