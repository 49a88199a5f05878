/** An object that a query read or wrote. */
export interface AccessedObject {
  /** As Snowflake gives it; null where the object is not visible to the reader. */
  object: string | null;
  type: string | null;
  columns: string[];
}

/** A policy that was in force: on an object or one of its columns. */
export interface ReferencedPolicy {
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
  'materialized view': 'view',
};

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Members[] => (Array.isArray(value) ? value.filter(isMembers) : []);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The type of an object: `table`, `view`, or what else it is. */
export function typeOfDomain(domain: unknown): string | null {
  const type = textOf(domain)?.toLowerCase() ?? null;
  return type === null ? null : (typeNames[type] ?? type);
}

/**
 * The objects of DIRECT_OBJECTS_ACCESSED, BASE_OBJECTS_ACCESSED or OBJECTS_MODIFIED, each once, with the columns of all
 * its entries. An overloaded function counts once for each signature.
 */
export function accessedObjects(value: unknown): AccessedObject[] {
  const objects = new Map<string, AccessedObject>();
  for (const entry of listOf(value)) {
    const found: AccessedObject = {
      object: nameOf(entry),
      type: typeOfDomain(entry['objectDomain']),
      columns: listOf(entry['columns']).flatMap(({ columnName }) => textOf(columnName) ?? []),
    };
    const identity = objectIdentity(found);
    const columns = [...(objects.get(identity)?.columns ?? []), ...found.columns];
    objects.set(identity, { ...(objects.get(identity) ?? found), columns: [...new Set(columns)] });
  }
  return [...objects.values()];
}

/** Tells the objects of a query apart; those that the reader may not see only by their type. */
export function objectIdentity({ object, type }: AccessedObject): string {
  return object ?? `?${type ?? ''}`;
}

function nameOf(entry: Members): string | null {
  const name = textOf(entry['objectName']);
  const signature = textOf(entry['argumentSignature']);
  return name === null || signature === null ? name : `${name}${signature}`;
}

/** The policies of POLICIES_REFERENCED: those of objects, and those of columns. */
export function referencedPolicies(value: unknown): ReferencedPolicy[] {
  return listOf(value).flatMap((entry) => {
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

/** What a statement did to an object, from OBJECT_MODIFIED_BY_DDL; properties are left out, for they may hold values. */
export function ddlOf(value: unknown): Members | undefined {
  if (!isMembers(value)) return undefined;
  return {
    object: textOf(value['objectName']),
    type: typeOfDomain(value['objectDomain']),
    operation: textOf(value['operationType']),
  };
}
