import type { Decision } from '../../audit-types/written-columns.ts';

/** What a standard column holds: an instant, a text, a list of texts, a whole number, or JSON as text. */
export type ColumnKind = 'time' | 'text' | 'list' | 'integer' | 'json';

export interface StandardColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** What it tells, in a few words. */
  readonly meaning: string;
}

/**
 * The columns that events of all types have, in the order in which tables show them. Where they stand in an event is data
 * of its type (`x-audit-export.columns` of its schema).
 */
export const standardColumns = [
  { name: 'event_time', kind: 'time', meaning: 'when it happened' },
  { name: 'event_id', kind: 'text', meaning: "the event's own id" },
  { name: 'tenant', kind: 'text', meaning: 'whose data it is' },
  { name: 'actor', kind: 'text', meaning: 'who did it' },
  { name: 'actor_roles', kind: 'list', meaning: 'roles or groups of the actor' },
  { name: 'client_ip', kind: 'text', meaning: 'the address it was done from' },
  { name: 'client', kind: 'text', meaning: 'the program it was done with' },
  { name: 'action', kind: 'text', meaning: "what was done, in the vendor's word" },
  { name: 'object', kind: 'list', meaning: 'what it was done to' },
  { name: 'columns', kind: 'list', meaning: 'columns that were touched, as far as the event names them' },
  { name: 'tags', kind: 'list', meaning: 'tags that were touched, as NAME and as NAME=VALUE' },
  { name: 'decision', kind: 'text', meaning: 'allow, mask, block or fail; nothing where it is not known' },
  { name: 'maskings', kind: 'list', meaning: 'how values were masked' },
  { name: 'rows', kind: 'integer', meaning: 'rows that came out' },
  { name: 'query_id', kind: 'text', meaning: "the database's id of the query" },
  { name: 'query_text', kind: 'text', meaning: 'the text of the query' },
  { name: 'details', kind: 'json', meaning: 'what the vendor says beyond that' },
] as const satisfies readonly StandardColumn[];

export type ColumnName = (typeof standardColumns)[number]['name'];

/** An event's standard columns. Instants are milliseconds since 1970 UTC; `details` is JSON as text. */
export interface EventRow {
  event_time: number | null;
  event_id: string | null;
  tenant: string | null;
  actor: string | null;
  actor_roles: string[];
  client_ip: string | null;
  client: string | null;
  action: string | null;
  object: string[];
  columns: string[];
  tags: string[];
  decision: Decision | null;
  maskings: string[];
  rows: number | null;
  query_id: string | null;
  query_text: string | null;
  details: string | null;
}
