import type { Agreement, CompiledAuditType } from '../audit-types/audit-type.ts';
import type { InstantForm } from '../audit-types/event-time.ts';
import { parsePointer } from '../audit-types/json-pointer.ts';
import type { EventVerdict } from './classify-event.ts';
import { agrees, anyForm } from './classify-event.ts';
import { idText } from './event-key.ts';
import { buildSchemaWatch, WatchedShapes } from './schema-watch.ts';
import type { UnknownPart, VersionWatch } from './schema-watch.ts';
import { kinds, SlotReader } from './slots/slot-reader.ts';
import type { SlotCheck } from './slots/slot-rules.ts';
import { compileSlotCheck } from './slots/slot-rules.ts';
import { SlotTree } from './slots/value-slots.ts';

/**
 * Says what a line is without building its objects: bytes `start` to `end`, which must be UTF-8 and be followed by LF or
 * CR. Undefined means: parse it. That is so for every line that is not good, for only the parser knows what to say of it.
 */
export type QuickClassifier = (bytes: Buffer, start: number, end: number) => EventVerdict | undefined;

/** What is asked of a line, besides its type and time: as for `buildEventClassifier`. */
interface Asked {
  selected: ReadonlySet<string> | undefined;
  withIds?: boolean;
}

interface QuickType {
  typeIndex: number;
  selected: boolean;
  recognise: SlotCheck;
  /** Undefined where the schema has more in it than is checked here. */
  validate: SlotCheck | undefined;
  times: { slot: number; forms: InstantForm[] }[];
  agreements: { agreement: Agreement; slots: number[] }[];
  /** Where its id may stand; undefined where nobody asks. */
  ids: number[] | undefined;
  watch: QuickWatch | undefined;
}

/** What is remembered of the shapes of a type, and where its version stands. */
interface QuickWatch {
  shapes: WatchedShapes;
  versions: (VersionWatch & { slot: number }) | undefined;
}

const noWarnings: readonly string[] = [];

/**
 * Builds the quick classifier, or undefined where a type is recognised by more than can be checked here. The arguments are
 * those of `buildEventClassifier`, and so are the verdicts that it gives.
 */
export function buildQuickClassifier(
  types: readonly CompiledAuditType[],
  names: readonly string[],
  asked: Asked,
): QuickClassifier | undefined {
  const tree = new SlotTree();
  const prepared: QuickType[] = [];
  for (const audit of types) {
    const type = prepare(tree, audit, names, asked);
    if (type === undefined) return undefined;
    prepared.push(type);
  }
  const reader = SlotReader.open(tree);
  if (reader === undefined) return undefined;
  return (bytes, start, end) => {
    const shape = reader.read(bytes, start, end);
    if (shape === 0) return undefined;
    const known = recognise(prepared, reader);
    if (known === undefined) return undefined;
    if (!known.selected) return { ok: false, notSelected: known.typeIndex };
    return fileEvent(known, reader, { shape, end });
  };
}

function recognise(types: readonly QuickType[], reader: SlotReader): QuickType | undefined {
  for (const type of types) if (type.recognise(reader)) return type;
  return undefined;
}

function prepare(
  tree: SlotTree,
  audit: CompiledAuditType,
  names: readonly string[],
  { selected, withIds = false }: Asked,
): QuickType | undefined {
  const { descriptor, rules } = audit;
  const ids = withIds ? descriptor.id : [];
  const times = descriptor.eventTime.map(({ at }) => at);
  const pointers = [...times, ...descriptor.agree.flatMap(({ at }) => at), ...ids];
  if (rules === undefined || pointers.some(leadsIntoArrays)) return undefined;
  const recognise = compileSlotCheck(tree, rules.recognise, rules.regExpFlags);
  if (recognise === undefined) return undefined;
  const slotAt = (pointer: string): number => tree.at(parsePointer(pointer)).number;
  return {
    typeIndex: names.indexOf(descriptor.type),
    selected: selected === undefined || selected.has(descriptor.type),
    recognise,
    validate: compileSlotCheck(tree, rules.validate, rules.regExpFlags),
    times: descriptor.eventTime.map(({ at, forms }) => ({ slot: slotAt(at), forms })),
    agreements: descriptor.agree.map((agreement) => ({ agreement, slots: agreement.at.map(slotAt) })),
    ids: withIds ? ids.map(slotAt) : undefined,
    watch: quickWatch(audit, slotAt),
  };
}

/** An array has members too: its items, and its length. */
function leadsIntoArrays(pointer: string): boolean {
  return parsePointer(pointer).some((key) => /^(?:\d+|length)$/.test(key));
}

function quickWatch(audit: CompiledAuditType, slotAt: (pointer: string) => number): QuickWatch | undefined {
  const watch = buildSchemaWatch(audit);
  if (watch === undefined) return undefined;
  const { versions } = watch;
  const at = audit.descriptor.versions?.at;
  return {
    shapes: new WatchedShapes(watch),
    versions: versions === undefined || at === undefined ? undefined : { ...versions, slot: slotAt(at) },
  };
}

/** The line that is being looked at: its shape, and where it ends. */
interface LineAt {
  shape: number;
  end: number;
}

function fileEvent(type: QuickType, reader: SlotReader, line: LineAt): EventVerdict | undefined {
  const timeMs = eventTimeOf(type, reader);
  if (timeMs === undefined || type.validate?.(reader) !== true) return undefined;
  const warnings = disagreements(type, reader);
  const verdict: EventVerdict = { ok: true, typeIndex: type.typeIndex, timeMs, warnings };
  if (type.ids !== undefined) verdict.id = idOf(type.ids, reader);
  const unknown = type.watch === undefined ? undefined : unknownOf(type.watch, reader, line);
  if (unknown !== undefined) verdict.unknown = unknown;
  return verdict;
}

/** What the schema does not know of a line; undefined where it knows all. */
function unknownOf(
  { shapes, versions }: QuickWatch,
  reader: SlotReader,
  { shape, end }: LineAt,
): readonly UnknownPart[] | undefined {
  const fields = shapes.unknownFields(shape, () => reader.parsed(end));
  const version = versions === undefined ? undefined : unknownVersion(versions, reader);
  if (version !== undefined) return [...fields, version];
  return fields.length === 0 ? undefined : fields;
}

function unknownVersion(
  versions: VersionWatch & { slot: number },
  reader: SlotReader,
): UnknownPart | undefined {
  const { slot, known } = versions;
  if (reader.kinds[slot] !== kinds.string) return undefined;
  for (const version of known) if (reader.isText(slot, version)) return undefined;
  return versions.unknown(reader.valueOf(slot));
}

function idOf(slots: readonly number[], reader: SlotReader): string | undefined {
  for (const slot of slots) {
    const id = idText(reader.valueOf(slot));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The first place that holds anything decides. */
function eventTimeOf({ times }: QuickType, reader: SlotReader): number | undefined {
  for (const { slot, forms } of times) {
    const kind = reader.kinds[slot] as number;
    if (kind !== 0 && kind !== kinds.null && !reader.isEmptyText(slot)) return reader.instantOf(slot, forms);
  }
  return undefined;
}

function disagreements({ agreements }: QuickType, reader: SlotReader): readonly string[] {
  let warnings: string[] | undefined;
  for (const { agreement, slots } of agreements) {
    const [first = 0, second = 0, third] = slots;
    const from = reader.instantOf(first, anyForm);
    const to = reader.instantOf(second, anyForm);
    const duration = third === undefined ? undefined : reader.valueOf(third);
    if (!agrees(agreement, from, to, duration)) (warnings ??= []).push(agreement.warning);
  }
  return warnings ?? noWarnings;
}
