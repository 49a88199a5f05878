import { AuditExportError } from '../../errors.ts';
import { hourLayout, partitionNames } from '../layout/layout.ts';
import type { CompiledAuditType } from './audit-type.ts';

/**
 * Refuses types with a field that is named like a partition of the layout: readers of the store see the partition in its place
 * (DuckDB), or nothing (Hive, Spark and Glue fail). Case does not count, since it does not to them. Where no layout was asked
 * for, `--partition` may be changed at any time, so that of hours counts. Throws `schema-invalid`.
 */
export function refuseShadowedFields(
  types: readonly CompiledAuditType[],
  { layout, isAskedFor }: { layout: string; isAskedFor: boolean },
): void {
  const partitions = partitionNames(isAskedFor ? layout : hourLayout);
  for (const { descriptor, rules } of types) {
    const fields = new Set([...fieldsOf(rules), ...pointedAt(descriptor)].map((name) => name.toLowerCase()));
    const partition = partitions.find((name) => fields.has(name.toLowerCase()));
    if (partition === undefined) continue;
    throw new AuditExportError(
      'schema-invalid',
      `${descriptor.schemaFile} can't be used: its field ${partition} has the name of a partition, which would hide it from those who read the store.`,
      {
        cure: `Name the partition otherwise: --layout '${layout.replace(`${partition}=`, `by_${partition}=`)}'`,
        details: { file: descriptor.schemaFile, field: partition },
      },
    );
  }
}

/** Keywords of JSON Schema whose schemas are about the same object. */
const sameObject: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'then',
  'else',
  'not',
  'dependentSchemas',
  '$defs',
  'definitions',
]);

/** The fields that the schemas of a type speak of, at the top of an event. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf);
  const { properties, required, recognise, validate, ...others } = schema as Record<string, unknown>;
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const needed = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  const within = Object.entries(others).flatMap(([keyword, operand]) => {
    if (!sameObject.has(keyword)) return [];
    return isMapOfSchemas(keyword, operand) ? Object.values(operand).flatMap(fieldsOf) : fieldsOf(operand);
  });
  return [...own, ...needed, ...within, ...fieldsOf(recognise), ...fieldsOf(validate)];
}

function isMapOfSchemas(keyword: string, operand: unknown): operand is object {
  return (
    /^(?:\$defs|definitions|dependentSchemas)$/.test(keyword) &&
    typeof operand === 'object' &&
    operand !== null
  );
}

/** The fields that JSON Pointers of what the tool must know lead to, or through. */
function pointedAt(facts: unknown): string[] {
  if (typeof facts === 'string') {
    const [, name] = /^\/([^/]+)/.exec(facts) ?? [];
    return name === undefined ? [] : [name.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (typeof facts !== 'object' || facts === null) return [];
  return Object.values(facts).flatMap(pointedAt);
}
