import type { Agreement, CompiledAuditType } from '../audit-types/audit-type.ts';
import { parseInstant } from '../audit-types/event-time.ts';
import type { InstantForm } from '../audit-types/event-time.ts';
import { parsePointer, readPointer } from '../audit-types/json-pointer.ts';
import type { PointerPath } from '../audit-types/json-pointer.ts';
import { readEventId } from './event-key.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';
import type { SchemaWatch, UnknownPart } from './schema-watch.ts';
import { buildSchemaWatch, unknownParts } from './schema-watch.ts';

/** What an event turned out to be: an index into the known types with its time, or why it can't be filed. */
export type EventVerdict =
  | {
      ok: true;
      typeIndex: number;
      timeMs: number;
      warnings: readonly string[];
      id?: string | undefined;
      /** What the schema does not know; missing where that is nothing. */
      unknown?: readonly UnknownPart[];
    }
  | { ok: false; notSelected: number }
  | {
      ok: false;
      reason: ReasonCode;
      detail: string;
      type?: string;
      instancePath?: string;
      schemaPath?: string;
    };

interface PreparedType {
  audit: CompiledAuditType;
  typeIndex: number;
  selected: boolean;
  times: { path: PointerPath; at: string; forms: InstantForm[] }[];
  agreements: { agreement: Agreement; paths: PointerPath[] }[];
  /** Where its id may stand; undefined where nobody asks. */
  ids: PointerPath[] | undefined;
  watch: SchemaWatch | undefined;
}

/**
 * Builds the function that says what one parsed line is. `types` are tried in their order (several may be versions of one
 * type); type indexes count in `names`; `selected` names those to deliver (undefined: all);
 * `withIds`: the verdict of a line to be delivered carries the event's id.
 */
export function buildEventClassifier(
  types: readonly CompiledAuditType[],
  names: readonly string[],
  { selected, withIds = false }: { selected: ReadonlySet<string> | undefined; withIds?: boolean },
): (value: unknown) => EventVerdict {
  const prepared = types.map((audit): PreparedType => ({
    audit,
    typeIndex: names.indexOf(audit.descriptor.type),
    selected: selected === undefined || selected.has(audit.descriptor.type),
    times: audit.descriptor.eventTime.map(({ at, forms }) => ({ at, forms, path: parsePointer(at) })),
    agreements: audit.descriptor.agree.map((agreement) => ({
      agreement,
      paths: agreement.at.map(parsePointer),
    })),
    ids: withIds ? audit.descriptor.id.map(parsePointer) : undefined,
    watch: buildSchemaWatch(audit),
  }));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false, reason: 'not-an-object', detail: `a JSON ${nameOf(value)}` };
    }
    const known = prepared.find(({ audit }) => audit.recognise(value));
    if (known === undefined)
      return { ok: false, reason: 'unknown-type', detail: 'no known audit type has these fields' };
    if (!known.selected) return { ok: false, notSelected: known.typeIndex };
    return fileEvent(known, value);
  };
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const noWarnings: readonly string[] = [];

function fileEvent(known: PreparedType, value: object): EventVerdict {
  const { audit, typeIndex } = known;
  const { type } = audit.descriptor;
  const time = eventTimeOf(known, value);
  if (time === undefined) {
    const places = known.times.map(({ at }) => at).join(', ');
    return { ok: false, reason: 'no-event-time', detail: `nothing at ${places}`, type };
  }
  if (time.ms === undefined) {
    return {
      ok: false,
      reason: 'impossible-event-time',
      detail: `${time.at} is ${shown(time.value)}`,
      type,
      instancePath: time.at,
    };
  }
  if (!audit.validate(value)) return violationOf(audit);
  const verdict = {
    ok: true as const,
    typeIndex,
    timeMs: time.ms,
    warnings: known.agreements.length === 0 ? noWarnings : disagreements(known, value),
  };
  const unknown = known.watch === undefined ? [] : unknownParts(known.watch, value);
  return {
    ...verdict,
    ...(known.ids === undefined ? {} : { id: readEventId(value, known.ids) }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

function violationOf({ descriptor, validate }: CompiledAuditType): EventVerdict {
  const { instancePath = '', schemaPath = '#', message = 'does not match' } = validate.errors?.[0] ?? {};
  const detail = `${instancePath === '' ? 'the event' : instancePath} ${message}`;
  return { ok: false, reason: 'schema-violation', detail, type: descriptor.type, instancePath, schemaPath };
}

/** The first place that holds anything decides: a later one would be a guess. */
function eventTimeOf(
  { times }: PreparedType,
  value: object,
): { at: string; value: unknown; ms: number | undefined } | undefined {
  for (const { at, path, forms } of times) {
    const found = readPointer(value, path);
    if (found !== undefined && found !== null && found !== '')
      return { at, value: found, ms: parseInstant(found, forms) };
  }
  return undefined;
}

/** Event times are no secret, but a hostile value may be long. */
function shown(value: unknown): string {
  if (typeof value === 'object') return `a JSON ${nameOf(value)}`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The forms in which times that are only compared may stand. */
export const anyForm: InstantForm[] = ['epoch-ms', 'iso-8601'];

function disagreements({ agreements }: PreparedType, value: object): readonly string[] {
  const warnings = agreements.flatMap(({ agreement, paths }) => {
    const [first, second, third] = paths.map((path) => readPointer(value, path));
    return agrees(agreement, parseInstant(first, anyForm), parseInstant(second, anyForm), third)
      ? []
      : [agreement.warning];
  });
  return warnings.length === 0 ? noWarnings : warnings;
}

/** Whether two instants, and a duration where there is one, agree; what is missing or can't be read agrees with everything. */
export function agrees(
  { check, toleranceMs }: Agreement,
  from: number | undefined,
  to: number | undefined,
  duration: unknown,
): boolean {
  if (from === undefined || to === undefined) return true;
  if (check === 'same-instant') return Math.abs(to - from) <= toleranceMs;
  return typeof duration !== 'number' || Math.abs(to - from - duration) <= toleranceMs;
}
