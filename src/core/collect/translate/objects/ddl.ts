import type { AccessedObject, Members } from './accessed-objects.ts';
import { isMembers, textOf, typeOfDomain } from './accessed-objects.ts';

/** What a statement did to an object, out of OBJECT_MODIFIED_BY_DDL. */
interface DdlChange {
  object: string | null;
  type: string | null;
  operation: string | null;
  /** What was changed, as Snowflake gives it. */
  properties?: Members;
}

/** Names of things, and what kind they are: they stay where values are left out. */
const namingMember = /(?:name|domain|id|suboperationtype|kind|type)$/i;

/** What was done, from the values of OBJECT_MODIFIED_BY_DDL; redacted, values are left out and names stay. */
export function ddlChanges(values: readonly unknown[], redact: boolean): DdlChange[] {
  return values.filter(isMembers).map(({ objectName, objectDomain, operationType, properties }) => {
    const change: DdlChange = {
      object: textOf(objectName),
      type: typeOfDomain(objectDomain),
      operation: textOf(operationType),
    };
    if (isMembers(properties)) change.properties = redact ? withoutValues(properties) : properties;
    return change;
  });
}

/** Values that stand as names of members. */
const valuedMember = 'allowedValues';

/** Properties without the values that they were given: comments, defaults, bodies of policies, values of tags. */
function withoutValues(properties: Members): Members {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      if (isMembers(value) && !('value' in value) && name !== valuedMember)
        return [name, withoutValues(value)];
      return [name, namingMember.test(name) ? value : null];
    }),
  );
}

/**
 * The objects that DDL touched: the one that it names, and others among its properties, such as the table that another is
 * swapped with, or the new name of a table.
 */
export function ddlObjects(values: readonly unknown[]): AccessedObject[] {
  return values.filter(isMembers).flatMap(({ objectName, objectDomain, properties }) => {
    const itself = typeof objectName === 'string' ? [named(objectName, objectDomain)] : [];
    return itself.concat(isMembers(properties) ? objectsAmong(properties, objectDomain) : []);
  });
}

const named = (object: string, domain: unknown): AccessedObject => ({
  object,
  type: typeOfDomain(domain),
  columns: [],
});

function objectsAmong(properties: Members, domain: unknown): AccessedObject[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (!isMembers(value)) return [];
    const { value: text } = value;
    if (text === undefined) return objectsAmong(value, domain);
    if (typeof text !== 'string' || !/name$/i.test(name) || !text.includes('.')) return [];
    const sibling = properties[name.replace(/Name$/, 'Domain')];
    const itsDomain = isMembers(sibling) ? sibling['value'] : undefined;
    return [named(text, itsDomain ?? domain)];
  });
}
