import type { AuditExportError } from '../../src/errors.ts';

/** What a call throws, for assertions on more than the message; fails the test if nothing is thrown. */
export function thrownBy(call: () => unknown): AuditExportError {
  try {
    call();
  } catch (error) {
    return error as AuditExportError;
  }
  throw new Error('nothing was thrown');
}

/** The same for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<AuditExportError> {
  try {
    await promise;
  } catch (error) {
    return error as AuditExportError;
  }
  throw new Error('nothing was thrown');
}
