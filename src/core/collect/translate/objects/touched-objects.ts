import type { AccessedObject, AccessPath } from './accessed-objects.ts';
import { accessedObjects, joinObjects, objectIdentity, referencedPolicies } from './accessed-objects.ts';
import { ddlObjects } from './ddl.ts';
import { namedObjects } from './named-objects.ts';
import type { QueryRow } from '../query-row.ts';
import type { DataSource, Registry } from '../registry.ts';

/** An object that a statement touched, and in which ways. */
export interface TouchedObject {
  object: AccessedObject;
  paths: AccessPath[];
}

type Way = readonly [AccessPath, (row: QueryRow) => readonly AccessedObject[]];

/** The ways in which ACCESS_HISTORY says that a statement touched an object. Access is access, whatever the way. */
const ways: readonly Way[] = [
  ['direct', (row) => accessedObjects(row.values('DIRECT_OBJECTS_ACCESSED'))],
  ['modified', (row) => accessedObjects(row.values('OBJECTS_MODIFIED'))],
  ['ddl', (row) => ddlObjects(row.values('OBJECT_MODIFIED_BY_DDL'))],
  ['base', (row) => accessedObjects(row.values('BASE_OBJECTS_ACCESSED'))],
  ['policy', (row) => policedObjects(row.values('POLICIES_REFERENCED'))],
];

/** The objects that policies were in force on. */
function policedObjects(entries: readonly unknown[]): AccessedObject[] {
  return referencedPolicies(entries).map(({ object, column }) => ({
    object,
    type: null,
    columns: column === undefined ? [] : [column],
  }));
}

/**
 * The objects that a statement touched, each once with all ways. Of a statement that failed and that ACCESS_HISTORY knows
 * nothing of, those of the registered ones that its text or its error names.
 */
export function touchedObjects(row: QueryRow, dataSources: Registry<DataSource>): TouchedObject[] {
  const touched = new Map<string, TouchedObject>();
  const add = (path: AccessPath, object: AccessedObject): void => {
    const identity = objectIdentity(object);
    const before = touched.get(identity);
    const paths = before?.paths ?? [];
    touched.set(identity, {
      object: joinObjects(before?.object, object),
      paths: paths.includes(path) ? paths : [...paths, path],
    });
  };
  for (const [path, objectsOf] of ways) for (const object of objectsOf(row)) add(path, object);
  if (touched.size === 0 && hasFailed(row))
    for (const { path, object } of namedObjects(row, dataSources)) add(path, object);
  return [...touched.values()];
}

/** A statement that was refused or broke off; `incident` is an error of Snowflake's own. */
export function hasFailed(row: QueryRow): boolean {
  const status = row.text('EXECUTION_STATUS')?.toUpperCase();
  return status !== undefined && status !== 'SUCCESS';
}
