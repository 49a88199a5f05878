import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import { compileOwnType } from '../../core/audit-types/compile-own-type.ts';
import { refuseShadowedFields } from '../../core/audit-types/refuse-shadowed-fields.ts';
import { closest } from '../../core/config/closest.ts';
import { AuditExportError } from '../../errors.ts';
import { layoutOf } from '../push/plan/check-request.ts';

/** An audit type, as lists show it. */
export interface TypeRow {
  type: string;
  vendor: string;
  title: string;
  schemaFile: string;
  eventTime: string[];
  id: string[];
}

/** The audit types in the order in which they are tried. */
export function listTypes(types: readonly CompiledAuditType[]): TypeRow[] {
  return types.map(({ descriptor: { type, vendor, title, schemaFile, eventTime, id } }) => ({
    type,
    vendor,
    title,
    schemaFile,
    id,
    eventTime: eventTime.map(({ at }) => at),
  }));
}

/** The file of a type's schema. Throws `usage` for a type that does not exist. */
export function schemaFileOf(type: string, types: readonly CompiledAuditType[]): string {
  const found = types.find(({ descriptor }) => descriptor.type === type);
  if (found !== undefined) return found.descriptor.schemaFile;
  const names = types.map(({ descriptor }) => descriptor.type);
  const meant = closest(type, names);
  throw new AuditExportError('usage', `There is no audit type ${JSON.stringify(type)}.`, {
    cure: meant === undefined ? `Known types: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

/** Checks a user's own audit types for a layout; throws `schema-invalid` for the first that can't be used. */
export function checkTypes(
  files: readonly OwnTypeFile[],
  options: Parameters<typeof layoutOf>[0],
): TypeRow[] {
  const types = files.map(compileOwnType);
  refuseShadowedFields(types, {
    layout: layoutOf(options),
    isAskedFor: options.layout !== undefined,
  });
  return listTypes(types);
}
