import type { AuditTypeDescriptor, TimeField } from '../../audit-types/audit-type.ts';
import { parsePointer } from '../../audit-types/json-pointer.ts';
import { placedColumns } from '../../audit-types/written-columns.ts';
import type {
  Decision,
  PlacedColumn,
  WrittenCondition,
  WrittenPlace,
} from '../../audit-types/written-columns.ts';

/** A way into an event: member names, and `*` for every item of an array. Empty: the event itself. */
export type Steps = readonly string[];

/** A place of a column, ready to be walked or written as SQL. */
export interface Place {
  /** Where a text stands that holds JSON; `steps` begin in there. */
  readonly within?: Steps;
  readonly steps: Steps;
  /** Below each value found: the parts that are put together to one text. */
  readonly join?: { readonly parts: readonly Steps[]; readonly separator: string };
  /** An object is made of these, each under its name. */
  readonly members?: readonly { readonly name: string; readonly steps: Steps }[];
}

/** Holds if one of the values at the place is such; words are in lower case. */
export interface Condition {
  readonly place: Place;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
  readonly from?: number;
  readonly below?: number;
}

export interface DecisionCase {
  readonly is: Decision;
  readonly where: readonly Condition[];
}

/** Where the standard columns of a type stand, over all versions of its schema. */
export interface TypeColumns {
  readonly type: string;
  readonly times: readonly TimeField[];
  /** Places, best first; a column that no schema places has none. */
  readonly places: Readonly<Record<PlacedColumn | 'event_id', readonly Place[]>>;
  /** The first case of which a condition holds decides. */
  readonly decision: readonly DecisionCase[];
}

/** Reads where the columns of each type stand; one entry a type, in trying order, the versions of a type put together. */
export function columnsOfTypes(
  descriptors: readonly Pick<AuditTypeDescriptor, 'type' | 'eventTime' | 'id' | 'columns'>[],
): TypeColumns[] {
  const names = [...new Set(descriptors.map(({ type }) => type))];
  return names.map((type) =>
    columnsOf(
      type,
      descriptors.filter((descriptor) => descriptor.type === type),
    ),
  );
}

function columnsOf(
  type: string,
  versions: readonly Pick<AuditTypeDescriptor, 'eventTime' | 'id' | 'columns'>[],
): TypeColumns {
  const placed = placedColumns.map((name) => [
    name,
    versions.flatMap(({ columns }) => (columns?.[name] ?? []).map(readPlace)),
  ]);
  return {
    type,
    times: versions.flatMap(({ eventTime }) => eventTime),
    places: {
      ...(Object.fromEntries(placed) as Record<PlacedColumn, Place[]>),
      event_id: versions.flatMap(({ id }) => id.map(readPlace)),
    },
    decision: versions.flatMap(({ columns }) => (columns?.decision ?? []).map(readCase)),
  };
}

function readPlace(written: WrittenPlace): Place {
  if (typeof written === 'string') return { steps: stepsOf(written) };
  const { within, at, join, with: separator = '.', members } = written;
  return {
    ...(within === undefined ? {} : { within: stepsOf(within) }),
    steps: at === undefined ? [] : stepsOf(at),
    ...(join === undefined ? {} : { join: { parts: join.map(stepsOf), separator } }),
    ...(members === undefined
      ? {}
      : {
          members: members.map((member) => ({ name: stepsOf(member).at(-1) ?? '', steps: stepsOf(member) })),
        }),
  };
}

const stepsOf = (pointer: string): Steps => parsePointer(pointer);
const lowerCase = (word: string): string => word.toLowerCase();

function readCase({ is, where }: { is: Decision; where: WrittenCondition[] }): DecisionCase {
  return {
    is,
    where: where.map(({ within, at, in: one, notIn: none, ...bounds }) => ({
      place: readPlace(within === undefined ? at : { within, at }),
      ...bounds,
      ...(one === undefined ? {} : { in: one.map(lowerCase) }),
      ...(none === undefined ? {} : { notIn: none.map(lowerCase) }),
    })),
  };
}
