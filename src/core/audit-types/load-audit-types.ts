import { compiledAuditTypes } from '../../generated/audit-types.ts';
import { inTryingOrder } from './audit-type.ts';
import type { CompiledAuditType } from './audit-type.ts';
import type { OwnTypeFile } from './compile-own-type.ts';

/** All audit types in trying order: the built-in ones and a user's own, whose compiler is loaded only if there are any. */
export async function loadAuditTypes(own: readonly OwnTypeFile[]): Promise<CompiledAuditType[]> {
  if (own.length === 0) return inTryingOrder(compiledAuditTypes, []);
  const { compileOwnType } = await import('./compile-own-type.ts');
  return inTryingOrder(compiledAuditTypes, own.map(compileOwnType));
}
