import type { InstantForm } from './event-time.ts';
import type { WrittenColumns } from './written-columns.ts';

/** Where a type's event time may stand, best first: a JSON Pointer and the forms that are understood there. */
export interface TimeField {
  at: string;
  forms: InstantForm[];
}

/** Fields of one event that ought to agree. Vendors' own samples contradict themselves, so a breach is a warning. */
export interface Agreement {
  check: 'same-instant' | 'duration';
  at: string[];
  toleranceMs: number;
  warning: string;
}

/** What the tool must know beside the JSON Schema of an audit type: the schema's `x-audit-export` member. */
export interface AuditTypeDescriptor {
  type: string;
  vendor: string;
  /** What its events tell, in a few words. */
  meaning?: string;
  /** Types are tried in this order, lowest first, so that the specific come before the open. */
  order: number;
  eventTime: TimeField[];
  /** JSON Pointers to the event's own id, best first. */
  id: string[];
  agree: Agreement[];
  /** Where the version of the record stands, and those that the schema knows. */
  versions?: { at: string; known: string[] };
  /** Where the standard columns stand; a type without them has event time and id alone. */
  columns?: WrittenColumns;
  /** Name of an array that holds events of the type in documents that are none. */
  envelope?: string;
  title: string;
  schemaId: string;
  schemaFile: string;
}

export interface SchemaViolation {
  instancePath: string;
  schemaPath: string;
  message?: string;
}

/** A compiled JSON Schema: answers whether the value conforms, and leaves what failed in `errors`. */
export interface SchemaCheck {
  (value: unknown): boolean;
  errors?: SchemaViolation[] | null;
}

/** An audit type ready for use: its facts, and the two checks compiled from its schema. */
export interface CompiledAuditType {
  descriptor: AuditTypeDescriptor;
  recognise: SchemaCheck;
  validate: SchemaCheck;
  /** The same two schemas as JSON, and the flags that their patterns are compiled with. */
  rules?: { recognise: unknown; validate: unknown; regExpFlags: string };
}

/**
 * Puts audit types in the order in which they are tried. A user's own types come before the built-in ones,
 * so that a company's record is not taken for a vendor's.
 */
export function inTryingOrder(
  builtIn: readonly CompiledAuditType[],
  own: readonly CompiledAuditType[],
): CompiledAuditType[] {
  const byOrder = (a: CompiledAuditType, b: CompiledAuditType): number =>
    a.descriptor.order - b.descriptor.order;
  return [...own.toSorted(byOrder), ...builtIn.toSorted(byOrder)];
}
