import type { SlotReader } from './slot-reader.ts';
import { kinds } from './slot-reader.ts';
import type { Slot, SlotTree } from './value-slots.ts';

/** Whether what was read fulfils a schema. */
export type SlotCheck = (reader: SlotReader) => boolean;

type Schema = Readonly<Record<string, unknown>>;

/** A place in the event, and how regular expressions are meant there. */
interface Place {
  tree: SlotTree;
  slot: Slot;
  regExpFlags: string;
}

/** Keywords that demand nothing of a value. */
const notes = new Set(
  '$schema $id $comment title description default examples deprecated x-audit-export'.split(' '),
);

/** Types of JSON Schema as sets of kinds. */
const typeKinds: Readonly<Record<string, number>> = {
  null: kinds.null,
  boolean: kinds.boolean,
  integer: kinds.integer,
  number: kinds.integer | kinds.fraction,
  string: kinds.string,
  array: kinds.array,
  object: kinds.object,
};

/** How each keyword is checked; undefined where it is put in a way that is left to the compiled schema. */
const keywords: Record<string, (place: Place, operand: unknown) => SlotCheck | undefined> = {
  type: ({ slot }, operand) => {
    const allowed = kindsOf(operand);
    return (reader) => ((reader.kinds[slot.number] as number) & allowed) !== 0;
  },
  required: ({ tree, slot }, operand) => {
    if ((operand as string[]).some(isInherited)) return undefined;
    const members = (operand as string[]).map((key) => tree.memberOf(slot, key).number);
    return ifKind(slot, kinds.object, (reader) => {
      for (const member of members) if (reader.kinds[member] === 0) return false;
      return true;
    });
  },
  properties: (place, operand) => {
    if (Object.keys(operand as Schema).some(isInherited)) return undefined;
    const checks = Object.entries(operand as Schema).map(([key, schema]) => {
      const slot = place.tree.memberOf(place.slot, key);
      const check = compileAt({ ...place, slot }, schema);
      return check && ((reader: SlotReader) => reader.kinds[slot.number] === 0 || check(reader));
    });
    const all = allOf(checks);
    return all && ifKind(place.slot, kinds.object, all);
  },
  items: ({ slot }, operand) => {
    const { type, ...others } = operand as Schema;
    if (type === undefined || Object.keys(others).some((keyword) => !notes.has(keyword))) return undefined;
    const refused = ~kindsOf(type);
    slot.items = true;
    return ifKind(slot, kinds.array, (reader) => ((reader.itemKinds[slot.number] as number) & refused) === 0);
  },
  additionalProperties: (_, operand) => (operand === true ? () => true : undefined),
  minLength: ({ slot }, operand) =>
    operand === 1 ? ifKind(slot, kinds.string, (reader) => !reader.isEmptyText(slot.number)) : undefined,
  pattern: ({ slot, regExpFlags }, operand) => {
    const pattern = new RegExp(operand as string, regExpFlags);
    return ifKind(slot, kinds.string, (reader) => pattern.test(reader.valueOf(slot.number) as string));
  },
  const: (place, operand) => oneOf(place, [operand]),
  enum: (place, operand) => oneOf(place, operand as unknown[]),
  allOf: (place, operand) => allOf(compileEach(place, operand)),
  anyOf: (place, operand) => {
    const checks = compileEach(place, operand);
    if (!areAll(checks)) return undefined;
    return (reader) => {
      for (const check of checks) if (check(reader)) return true;
      return false;
    };
  },
  not: (place, operand) => {
    const check = compileAt(place, operand);
    return check && ((reader) => !check(reader));
  },
};

/**
 * Compiles a JSON Schema for the whole event into a check of what a reader has noted; the places that it looks at are
 * added to the tree. Undefined for a schema with keywords beyond the table above.
 */
export function compileSlotCheck(
  tree: SlotTree,
  schema: unknown,
  regExpFlags: string,
): SlotCheck | undefined {
  return compileAt({ tree, slot: tree.root, regExpFlags }, schema);
}

function compileAt(place: Place, schema: unknown): SlotCheck | undefined {
  if (typeof schema === 'boolean') return () => schema;
  if (typeof schema !== 'object' || schema === null) return undefined;
  return allOf(
    Object.entries(schema)
      .filter(([keyword]) => !notes.has(keyword))
      .map(([keyword, operand]) =>
        Object.hasOwn(keywords, keyword) ? keywords[keyword]?.(place, operand) : undefined,
      ),
  );
}

/** What every object inherits is found in an event that lacks it, by whoever asks the object. */
function isInherited(key: string): boolean {
  return key in Object.prototype;
}

function compileEach(place: Place, schemas: unknown): (SlotCheck | undefined)[] {
  return (schemas as unknown[]).map((schema) => compileAt(place, schema));
}

function areAll(checks: readonly (SlotCheck | undefined)[]): checks is SlotCheck[] {
  return checks.every((check) => check !== undefined);
}

function allOf(checks: readonly (SlotCheck | undefined)[]): SlotCheck | undefined {
  if (!areAll(checks)) return undefined;
  const [only] = checks;
  if (checks.length === 1) return only;
  return (reader) => {
    for (let index = 0; index < checks.length; index++)
      if (!(checks[index] as SlotCheck)(reader)) return false;
    return true;
  };
}

function oneOf({ slot }: Place, constants: readonly unknown[]): SlotCheck | undefined {
  if (constants.some((constant) => typeof constant === 'object' && constant !== null)) return undefined;
  return (reader) => constants.includes(reader.valueOf(slot.number));
}

/** A keyword that is about one kind of value says nothing about others. */
function ifKind({ number }: Slot, kind: number, check: SlotCheck): SlotCheck {
  return (reader) => reader.kinds[number] !== kind || check(reader);
}

function kindsOf(types: unknown): number {
  const names = Array.isArray(types) ? (types as string[]) : [types as string];
  return names.reduce((all, name) => all | (typeKinds[name] ?? 0), 0);
}
