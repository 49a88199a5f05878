/** A way in which a statement can touch an object: the column of ACCESS_HISTORY that says so, or its text. */
export type AccessPath = 'direct' | 'base' | 'modified' | 'ddl' | 'policy' | 'text' | 'error';

/** Where the values of a column of a modified object come from, as `object.column`; a function or a location has none. */
interface ColumnLineage {
  column: string | null;
  baseSources: string[];
  directSources: string[];
}

/** An object that a query read or wrote. What Snowflake says beyond these members (location, stageKind, …) stays. */
export interface AccessedObject {
  /** As Snowflake gives it; null where the object is not visible to the reader, or is a location without a name. */
  object: string | null;
  type: string | null;
  columns: string[];
  lineage?: ColumnLineage[];
  [more: string]: unknown;
}

/** A policy that was in force: on an object or one of its columns. */
interface ReferencedPolicy {
  object: string | null;
  column?: string;
  policy: string | null;
  kind: string | null;
}

/** ACCESS_HISTORY spells domains in several ways; a data source is a table or a view. Others stay, in lower case. */
const typeNames: Readonly<Record<string, string>> = {
  'external table': 'table',
  'dynamic table': 'table',
  'iceberg table': 'table',
  'event table': 'table',
  'hybrid table': 'table',
  'materialized view': 'view',
};

/** Members of an entry that are told otherwise; numbers of objects mean nothing outside of Snowflake. */
const ownMembers: ReadonlySet<string> = new Set([
  'objectName',
  'objectDomain',
  'objectId',
  'argumentSignature',
  'columns',
]);

export type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Members[] => (Array.isArray(value) ? value.filter(isMembers) : []);
export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The type of an object: `table`, `view`, or what else it is. */
export function typeOfDomain(domain: unknown): string | null {
  const type = textOf(domain)?.toLowerCase() ?? null;
  return type === null ? null : (typeNames[type] ?? type);
}

/**
 * The objects of DIRECT_OBJECTS_ACCESSED, BASE_OBJECTS_ACCESSED or OBJECTS_MODIFIED, each once, with the columns of all
 * its entries. An overloaded function counts once for each signature.
 */
export function accessedObjects(entries: readonly unknown[]): AccessedObject[] {
  const objects = new Map<string, AccessedObject>();
  for (const entry of entries.filter(isMembers)) {
    const found = objectOf(entry);
    const identity = objectIdentity(found);
    objects.set(identity, joinObjects(objects.get(identity), found));
  }
  return [...objects.values()];
}

/** One object of two mentions of it. */
export function joinObjects(before: AccessedObject | undefined, found: AccessedObject): AccessedObject {
  if (before === undefined) return found;
  const lineage = [...(before.lineage ?? []), ...(found.lineage ?? [])];
  return {
    ...found,
    ...before,
    type: before.type ?? found.type,
    columns: [...new Set([...before.columns, ...found.columns])],
    ...(lineage.length === 0 ? {} : { lineage }),
  };
}

function objectOf(entry: Members): AccessedObject {
  const columns = listOf(entry['columns']);
  const lineage = columns.map(lineageOf).filter((found) => found !== undefined);
  return {
    object: nameOf(entry),
    type: typeOfDomain(entry['objectDomain']),
    ...Object.fromEntries(Object.entries(entry).filter(([name]) => !ownMembers.has(name))),
    columns: [...new Set(columns.flatMap(({ columnName }) => textOf(columnName) ?? []))],
    ...(lineage.length === 0 ? {} : { lineage }),
  };
}

/** The reference of the view spells the members otherwise than an example of its guide. */
function lineageOf(column: Members): ColumnLineage | undefined {
  const baseSources = sourcesIn(column, ['baseSources', 'baseSourceColumns']);
  const directSources = sourcesIn(column, ['directSources', 'directSourceColumns']);
  if (baseSources.length + directSources.length === 0) return undefined;
  return { column: textOf(column['columnName']), baseSources, directSources };
}

function sourcesIn(column: Members, members: readonly string[]): string[] {
  return members
    .flatMap((member) => listOf(column[member]))
    .map((source) => [objectIdentity(objectOf(source)), textOf(source['columnName'])])
    .map((parts) => parts.filter((part) => part !== null).join('.'));
}

/** Tells the objects of a query apart: by name, by location, and those that the reader may not see only by their type. */
export function objectIdentity({ object, type, ...more }: AccessedObject): string {
  return object ?? textOf(more['location']) ?? `?${type ?? ''}`;
}

function nameOf(entry: Members): string | null {
  const name = textOf(entry['objectName']);
  const signature = textOf(entry['argumentSignature']);
  return name === null || signature === null ? name : `${name}${signature}`;
}

/** The policies of POLICIES_REFERENCED: those of objects, and those of columns. */
export function referencedPolicies(entries: readonly unknown[]): ReferencedPolicy[] {
  return entries.filter(isMembers).flatMap((entry) => {
    const object = textOf(entry['objectName']);
    const ofObject = listOf(entry['policies']).map((policy) => policyOf(policy, object, null));
    return ofObject.concat(
      listOf(entry['columns']).flatMap((column) =>
        listOf(column['policies']).map((policy) => policyOf(policy, object, textOf(column['columnName']))),
      ),
    );
  });
}

function policyOf(policy: Members, object: string | null, column: string | null): ReferencedPolicy {
  return {
    object,
    ...(column === null ? {} : { column }),
    policy: textOf(policy['policyName']),
    kind: textOf(policy['policyKind']),
  };
}
