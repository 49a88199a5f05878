/** Columns whose places stand in `columns` of a schema. */
export const placedColumns = [
  'tenant',
  'actor',
  'actor_roles',
  'client_ip',
  'client',
  'action',
  'object',
  'columns',
  'tags',
  'maskings',
  'rows',
  'query_id',
  'query_text',
  'details',
] as const;

export type PlacedColumn = (typeof placedColumns)[number];

/** Words that a decision may be. */
export type Decision = 'allow' | 'mask' | 'block' | 'fail';

/** A place as a schema writes it: a JSON Pointer, or one with more to say (schemas/audit-type.schema.json). */
export type WrittenPlace =
  | string
  | { within?: string; at?: string; join?: string[]; with?: string; members?: string[] };

export interface WrittenCondition {
  within?: string;
  at: string;
  in?: string[];
  notIn?: string[];
  from?: number;
  below?: number;
}

/** `x-audit-export.columns` of a schema. */
export type WrittenColumns = Partial<Record<PlacedColumn, WrittenPlace[]>> & {
  decision?: { is: Decision; where: WrittenCondition[] }[];
};
